"""People at terminals: two telnet windows and a nc, in tmux, as they would really be."""

import re
import unittest

from harness import Server, Tmux


class Terminals(unittest.TestCase):
    def setUp(self):
        self.server = Server(config='[server]\nlanguage = "ru"\n[accounts]\nhash_cost = "lowest"\n')
        self.addCleanup(self.server.close)
        self.tmux = Tmux()
        self.addCleanup(self.tmux.close)

    def window(self, name, program="telnet"):
        # The window stays when the program has ended, so that its last words can be read.
        return self.tmux.window(name, f"{program} 127.0.0.1 {self.server.port}; echo ENDED; cat")

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
        second.expect("Пароль для", times=2)
        second.type("token:" + token)
        second.expect("#veche")
        second.type("с другого места")
        first.expect("Вера: с другого места")


if __name__ == "__main__":
    unittest.main()
