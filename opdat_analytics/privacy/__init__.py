"""What may not come in: sheets that list persons instead of counting them, and text that names them.

The rules lie in the small TOML files beside the modules. They are a net, not a guarantee; docs/privacy.md says how wide
its meshes are.
"""

from opdat_analytics.privacy.columns import PersonalColumn, personal_columns
from opdat_analytics.privacy.files import NOTHING, Allowed, Refusal, reason_to_stop
from opdat_analytics.privacy.outside import person_named
from opdat_analytics.privacy.sheets import must_stop, personal_data, refusal
from opdat_analytics.privacy.texts import scan_notebook, scan_text

__all__ = [
    "NOTHING",
    "Allowed",
    "PersonalColumn",
    "Refusal",
    "must_stop",
    "person_named",
    "personal_columns",
    "personal_data",
    "reason_to_stop",
    "refusal",
    "scan_notebook",
    "scan_text",
]
