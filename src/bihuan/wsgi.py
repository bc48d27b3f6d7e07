"""The WSGI application, for `bihuan serve` and for any other WSGI server."""

import gc
import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bihuan.settings")
application = get_wsgi_application()
# What is loaded by now stays for ever: the collector need not look through it again and again.
gc.collect()
gc.freeze()
