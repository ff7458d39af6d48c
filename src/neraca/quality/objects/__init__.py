"""What is believed of labelers who draw objects: learnt from all answers of a project, used to decide each task."""

from neraca.quality.objects.service import crowd

__all__ = ["crowd"]
