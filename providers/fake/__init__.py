"""A pretend vendor of models: a real HTTP server with scripted answers, faults and a history.

For demos, tests and drills only. No product code imports it; the product calls it as it calls any
other server that speaks OpenAI's protocol or Anthropic's.
"""
