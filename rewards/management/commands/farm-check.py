"""The name of the command; what it does is in the module without a dash, which can be imported."""

from rewards.management.farm_check import Command

__all__ = ["Command"]
