"""`python -m bihuan` is the command bihuan."""

import sys

from bihuan.cli.main import main

sys.exit(main())
