"""What may be done to contracts: each function is one use case and one transaction."""

from apps.contracts.services.api_tokens import (
    SCOPES,
    Issued,
    TokenRefused,
    end_token,
    issue_token,
    note_used,
    token_shown,
)
from apps.contracts.services.appointment_decisions import (
    cancel_appointment,
    confirm_appointment,
    decline_appointment,
)
from apps.contracts.services.appointment_wishes import postpone_appointment, withdraw_appointment
from apps.contracts.services.appointments import (
    AppointmentRefused,
    ask_appointment,
    move_appointment,
)
from apps.contracts.services.invitations import (
    Invitation,
    InvitationOver,
    InvitationRefused,
    invite,
    join,
    join_as_new,
    read_invitation,
)
from apps.contracts.services.notifications import UnknownKind, choose_mails
from apps.contracts.services.order_checks import OrderRefused
from apps.contracts.services.order_ends import end_expired, end_order, terminate_order
from apps.contracts.services.order_revisions import ChangedMeanwhile
from apps.contracts.services.orders import amend_order, edit_draft, execute_order
from apps.contracts.services.people import (
    Particulars,
    PersonRefused,
    add_person,
    bring_back_person,
    change_person,
    end_person,
    invite_again,
)
from apps.contracts.services.policies import (
    AlreadyPublished,
    DraftGone,
    DraftInUse,
    Loaded,
    discard_draft,
    load_policy,
    mark_of,
    publish,
    replace_draft,
)
from apps.contracts.services.self_service import DashboardSuspended, check_dashboard
from apps.contracts.services.service_requests import (
    ServiceRefused,
    ask_service,
    settle_service,
)
from apps.contracts.services.sheets import (
    SheetOutdated,
    SheetRefused,
    import_sheet,
    preview_sheet,
)
from apps.contracts.services.sign_in import (
    ask_new_password,
    describe_yourself,
    tell_changed_sign_in,
)
from apps.contracts.services.standing import StandingRefused, set_standing
from apps.contracts.services.tam_contacts import correct_contacts
from apps.contracts.services.tam_notices import note_notices
from apps.contracts.services.tams import TamRefused, assign_tam, hand_over, withdraw_handover
from apps.contracts.services.webhook_sending import replay, replay_failed, send_test
from apps.contracts.services.webhooks import (
    WebhookRefused,
    add_webhook,
    change_webhook,
    enable_webhook,
    end_webhook,
    pause_webhook,
    rotate_secret,
)

__all__ = [
    "SCOPES",
    "AlreadyPublished",
    "AppointmentRefused",
    "ChangedMeanwhile",
    "DashboardSuspended",
    "DraftGone",
    "DraftInUse",
    "Invitation",
    "InvitationOver",
    "InvitationRefused",
    "Issued",
    "Loaded",
    "OrderRefused",
    "Particulars",
    "PersonRefused",
    "ServiceRefused",
    "SheetOutdated",
    "SheetRefused",
    "StandingRefused",
    "TamRefused",
    "TokenRefused",
    "UnknownKind",
    "WebhookRefused",
    "add_person",
    "add_webhook",
    "amend_order",
    "ask_appointment",
    "ask_new_password",
    "ask_service",
    "assign_tam",
    "bring_back_person",
    "cancel_appointment",
    "change_person",
    "change_webhook",
    "check_dashboard",
    "choose_mails",
    "confirm_appointment",
    "correct_contacts",
    "decline_appointment",
    "describe_yourself",
    "discard_draft",
    "edit_draft",
    "enable_webhook",
    "end_expired",
    "end_order",
    "end_person",
    "end_token",
    "end_webhook",
    "execute_order",
    "hand_over",
    "import_sheet",
    "invite",
    "invite_again",
    "issue_token",
    "join",
    "join_as_new",
    "load_policy",
    "mark_of",
    "move_appointment",
    "note_notices",
    "note_used",
    "pause_webhook",
    "postpone_appointment",
    "preview_sheet",
    "publish",
    "read_invitation",
    "replace_draft",
    "replay",
    "replay_failed",
    "rotate_secret",
    "send_test",
    "set_standing",
    "settle_service",
    "tell_changed_sign_in",
    "terminate_order",
    "token_shown",
    "withdraw_appointment",
    "withdraw_handover",
]
