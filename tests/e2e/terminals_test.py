"""People at terminals: two telnet windows and a nc, in tmux, as they would really be."""

import os
import re
import shutil
import subprocess
import tempfile
import time
import unittest

from harness import DEADLINE_S, Server


class Terminal:
    """A tmux window that runs a command."""

    def __init__(self, tmux, name, command):
        self.tmux, self.name = tmux, name
        tmux("new-session", "-d", "-s", name, "-x", "160", "-y", "60", command)

    def type(self, text):
        self.tmux("send-keys", "-t", self.name, "-l", text)
        self.tmux("send-keys", "-t", self.name, "Enter")

    def screen(self):
        return self.tmux("capture-pane", "-p", "-J", "-S", "-", "-t", self.name)

    def expect(self, text, times=1):
        end = time.monotonic() + DEADLINE_S
        while (screen := self.screen()).count(text) < times:
            if time.monotonic() > end:
                raise AssertionError(f"{text!r} is not {times} times on the screen of {self.name}:\n{screen}")
            time.sleep(0.02)  # between two looks at the screen: tmux tells nobody when it changes
        return screen


class Terminals(unittest.TestCase):
    def setUp(self):
        self.server = Server(config='[server]\nlanguage = "ru"\n[accounts]\nhash_cost = "lowest"\n')
        self.socket_dir = tempfile.mkdtemp(prefix="veche-tmux-")
        self.socket = os.path.join(self.socket_dir, "s")

    def tearDown(self):
        subprocess.run(["tmux", "-S", self.socket, "kill-server"], capture_output=True)
        shutil.rmtree(self.socket_dir)
        self.server.close()

    def tmux(self, *args):
        command = ["tmux", "-u", "-f", "/dev/null", "-S", self.socket, *args]
        done = subprocess.run(command, capture_output=True, text=True, env={**os.environ, "LC_ALL": "C.UTF-8"})
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout

    def window(self, name, program="telnet"):
        # The window stays when the program has ended, so that its last words can be read.
        return Terminal(self.tmux, name, f"{program} 127.0.0.1 {self.server.port}; echo ENDED; cat")

    def test_a_conversation_in_russian(self):
        alice = self.window("alice")
        alice.expect("Как вас зовут?")
        alice.type("Алиса")
        alice.expect("Алиса")
        alice.expect("пароль")
        alice.type("очень-секретно")
        alice.expect("ещё раз")
        alice.type("очень-секретно")
        screen = alice.expect("#veche")
        self.assertNotIn("секретно", screen, "the password is not shown in telnet")

        bob = self.window("bob")
        bob.expect("Алиса")  # this address is known by that name
        bob.type("Боб")
        bob.expect("гостем")
        bob.type("")
        bob.expect("#veche")
        alice.expect("Боб")
        alice.type("Привет, Боб! Где наша кошка?")
        bob.expect("Алиса: Привет, Боб! Где наша кошка?")
        bob.type("На крыше. Їжак теж там.")
        alice.expect("Боб: На крыше. Їжак теж там.")

        # Somebody who comes later, with nc, sees what was said.
        late = self.window("late", "nc")
        late.expect("Алиса")
        late.type("Поздний")
        late.expect("гостем")
        late.type("")
        late.expect("Алиса: Привет, Боб! Где наша кошка?")
        late.expect("Боб: На крыше. Їжак теж там.")
        late.type("/search їЖАК")
        late.expect("Боб: На крыше. Їжак теж там.", times=2)  # once on entering, once found
        late.type("всем привет")
        alice.expect("Поздний: всем привет")
        bob.expect("Поздний: всем привет")
        bob.type("exit")
        bob.expect("ENDED")
        alice.expect("Боб")

    def test_a_known_address_a_wrong_password_and_a_token(self):
        first = self.window("first")
        first.expect("Как вас зовут?")
        for answer in ("Вера", "правильный", "правильный"):
            first.type(answer)
            first.expect("пароль" if answer == "Вера" else "")
        first.expect("#veche")
        first.type("/token")
        screen = first.expect("token:ЗНАЧЕНИЕ")
        token = re.search(r"(?<=\s)[A-Za-z0-9_-]{43}(?=\s)", screen).group()

        second = self.window("second")
        second.expect("Вера")      # greeted by name
        second.type("")            # Enter accepts it
        second.expect("Пароль")
        second.type("неправильный")
        screen = second.expect("Неверн")
        self.assertNotIn("неправильный", screen)
        second.type("")
        second.expect("Пароль для", times=2)
        second.type("token:" + token)
        second.expect("#veche")
        second.type("с другого места")
        first.expect("Вера: с другого места")


if __name__ == "__main__":
    unittest.main()
