"""The WSGI application, for `bihuan serve` and for any other WSGI server."""

import gc
import os

from django.core.wsgi import get_wsgi_application
from django.db import connection

from bihuan.base.turns import Application, InTurn

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bihuan.settings")
application: Application = get_wsgi_application()
if connection.vendor == "sqlite":
    # PostgreSQL works in a process of its own, and while one request waits for it another can compute.
    application = InTurn(application)
# What is loaded by now stays for ever: the collector need not look through it again and again.
gc.collect()
gc.freeze()
