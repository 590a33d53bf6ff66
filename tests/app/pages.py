"""Pages for `streamlit.testing`: each as `pql app` shows it."""

from streamlit.testing.v1 import AppTest


def opened(name: str, **query: str) -> AppTest:
    """Open a page, and see that nothing went wrong."""

    def page(name):
        from importlib import import_module

        from pql.app.shared import run

        run(import_module(f"pql.app.{name}").render)

    app = AppTest.from_function(page, args=(name,), default_timeout=120)
    for key, value in query.items():
        app.query_params[key] = value
    app.run()
    assert not app.exception, app.exception
    return app
