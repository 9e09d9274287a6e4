"""Django's MySQL backend with fewer round trips: what nobody waits for goes along with the rest."""
