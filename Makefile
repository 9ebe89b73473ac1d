.PHONY: format lint
UV := .tools/bin/uv
.tools/bin/uv:
	python3 -m venv .tools && .tools/bin/pip install -q uv
format: ; .venv/bin/ruff format . && .venv/bin/ruff check --fix .
lint: ; .venv/bin/ruff format --check . && .venv/bin/ruff check . && .venv/bin/mypy && .venv/bin/lint-imports
