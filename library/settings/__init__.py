"""Settings: what an operator may set, what is wrong with it, and how it is read."""

from library.settings.fields import Settings
from library.settings.loading import SettingsMistaken, load

__all__ = ["Settings", "SettingsMistaken", "load"]
