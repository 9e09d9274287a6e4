"""The parts of manage.py review: finding files, running them, showing progress, writing out."""
