"""What a mail can be sent to.

Clause: none (the form of an address).
"""

import re

# As strict as the envelope needs: one address, no room for a second one or a second header.
_ADDRESS = re.compile(r"[^\s\x00-\x1f\x7f<>()\[\],;:@\\\"]+@[^\s\x00-\x1f\x7f<>()\[\],;:@\\\"]+")
_LONGEST = 254


def is_plain_address(address: str) -> bool:
    """Tell whether this is one plain mail address, and nothing else.

    Clause: none (the form of an address).
    """
    return len(address) <= _LONGEST and _ADDRESS.fullmatch(address) is not None
