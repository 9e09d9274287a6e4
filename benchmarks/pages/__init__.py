"""What ``./dev bench pages`` fills and asks for."""
