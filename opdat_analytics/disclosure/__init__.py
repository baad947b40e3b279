"""What may not go out: small counts that point to persons, and the figures from which they could be worked out."""

from opdat_analytics.disclosure.policy import Policies, Policy, policies
from opdat_analytics.disclosure.protect import HIDDEN, Protected, protect, protect_together
from opdat_analytics.disclosure.structure import ABOUT

__all__ = ["ABOUT", "HIDDEN", "Policies", "Policy", "Protected", "policies", "protect", "protect_together"]
