"""All claims of Thamm et al., theme by theme."""

from eigenlaw.verify.claim import Claim

CLAIMS: tuple[Claim, ...] = ()
