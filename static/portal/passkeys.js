// Passkeys: the browser asks the person's device, and the form sends what it says.
"use strict";

async function optionsOf(form) {
  if (form.dataset.passkey !== "login") {
    return JSON.parse(document.getElementById("passkey-options").textContent);
  }
  const answer = await fetch(form.action, { headers: { Accept: "application/json" } });
  if (!answer.ok) throw new Error("no options");
  return answer.json();
}

async function credentialOf(form) {
  const options = await optionsOf(form);
  if (form.dataset.passkey !== "add") return webauthnJSON.get(options.request_options);
  const wanted = options.creation_options;
  const alone = form.elements.passwordless.checked;
  const chosen = wanted.publicKey.authenticatorSelection;
  chosen.residentKey = alone ? "required" : "discouraged";
  chosen.requireResidentKey = alone;
  if (alone) chosen.userVerification = "required";
  return webauthnJSON.create(wanted);
}

for (const form of document.querySelectorAll("form[data-passkey]")) {
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const trouble = form.querySelector(".errors");
    trouble.hidden = true;
    try {
      form.elements.credential.value = JSON.stringify(await credentialOf(form));
    } catch {
      trouble.hidden = false; // the person cancelled, or the device has none
      return;
    }
    form.submit();
  });
}
for (const part of document.querySelectorAll(".with-script")) {
  part.hidden = !window.PublicKeyCredential;
}
