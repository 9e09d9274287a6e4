"""The stand-alone client of a deployed server (docs/pipelines.md). It imports nothing of ours."""
