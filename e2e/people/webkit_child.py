"""A young person whose browser is of WebKit's kind, as on every iPhone: WebKitGTK, driven by its own driver."""

import subprocess
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

from selenium import webdriver
from selenium.common.exceptions import StaleElementReferenceException, WebDriverException
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.wait import WebDriverWait

PATIENCE = 40
Found = TypeVar("Found")


@contextmanager
def screen() -> Iterator[str]:
    """A screen that nobody looks at; its name."""
    with subprocess.Popen(
        ["/usr/bin/Xvfb", "-displayfd", "1", "-nolisten", "tcp"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as server:
        assert server.stdout is not None
        try:
            yield f":{server.stdout.readline().strip()}"
        finally:
            server.terminate()


@contextmanager
def webkit(display: str, home: str) -> Iterator[webdriver.WebKitGTK]:
    """A browser that knows nothing yet."""
    options = webdriver.WebKitGTKOptions()
    options.set_capability("browserName", "MiniBrowser")
    options.binary_location = str(next(Path("/usr/lib").glob("*/webkit2gtk-4.*/MiniBrowser")))
    options.add_argument("--automation")
    environ = {
        "DISPLAY": display,
        "PATH": "/usr/bin:/bin",
        "LANG": "C.UTF-8",
        "HOME": home,
        "LIBGL_ALWAYS_SOFTWARE": "1",
    }
    service = webdriver.WebKitGTKService(executable_path="/usr/bin/WebKitWebDriver", env=environ)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # Selenium's own class calls its own base as one should not any more
        driver = webdriver.WebKitGTK(options=options, service=service)
    try:
        yield driver
    finally:
        driver.quit()


class WebKitChild:
    """Keep this class as small as a person's eyes and fingers."""

    def __init__(self, driver: webdriver.WebKitGTK) -> None:
        """With a browser of its own."""
        self.driver = driver

    def comes_to(self, address: str) -> None:
        """Open the host's page, press the button, look into the frame."""
        self.driver.get(address)
        root = self.until(
            lambda: next(one.shadow_root for one in self.driver.find_elements(By.CSS_SELECTOR, "body > div") if self.has_root(one))
        )
        root.find_element(By.CSS_SELECTOR, "button").click()
        self.driver.switch_to.frame(self.until(lambda: root.find_element(By.CSS_SELECTOR, "iframe")))

    def has_root(self, element: WebElement) -> bool:
        """Tell whether an element is the loader's."""
        return bool(self.driver.execute_script("return arguments[0].shadowRoot !== null", element))

    def presses(self, name: str) -> None:
        """Press what bears this name."""

        def pressed() -> bool:
            self.named(name).click()
            return True

        self.until(pressed)

    def named(self, name: str) -> WebElement:
        """Return the button or link with this name."""
        return self.driver.find_element(By.XPATH, f"//button[normalize-space()='{name}'] | //a[normalize-space()='{name}']")

    def sees(self, text: str) -> None:
        """Wait until this can be read."""
        self.until(lambda: text in self.driver.find_element(By.TAG_NAME, "body").text)

    def writes(self, text: str) -> None:
        """Write and send."""
        self.until(lambda: self.driver.find_element(By.CSS_SELECTOR, "textarea")).send_keys(text, Keys.ENTER)

    def until(self, found: Callable[[], Found]) -> Found:
        """Wait until something is there."""
        wait = WebDriverWait(
            self.driver, PATIENCE, 0.1, ignored_exceptions=(StopIteration, WebDriverException, StaleElementReferenceException)
        )
        return wait.until(lambda _: found())
