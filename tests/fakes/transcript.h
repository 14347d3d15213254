// Conversations as tests: what people send and see at the line protocol, written down as it happens.
//
//   * ann connects               (from 10.0.0.1; or "from ADDRESS")
//   ann > Welcome to Veche at localhost.
//   ann > What is your name? _                      "_": the cursor waits behind a prompt
//   ann < ann                                       lines of one person in a row are sent together
//   ann > Choose a password: [hide]_                [hide] IAC WILL ECHO, [show] IAC WONT ECHO,
//                                                   [eight bits] IAC DO BINARY
//   ann > ...                                       whatever ann has seen
//   ann > (nothing)
//   * bob is here                                   connects and stays a guest; or "is here in bare"
//   * bob is here with password PASSWORD            connects and makes an account of his name
//   * ann finishes                                  her FIN
//   * 5s pass
//   * the chat stops / goes on, the workers stop / go on / are busy / are free, the disk is full
//   * the operator shuts down / removes ann / kicks ann [WHY] / announces TEXT / slows #tea SECONDS /
//     drains COUNT [WHY] / clears the identities
//   * the operator bans WHO SECONDS [WHY] / mutes WHO SECONDS [WHY] / unmutes WHO: a name or an address; for
//     0 seconds: for ever
//   * ann is closed / is open
//
// In `<` lines \e \0 \r \t \\ and \xHH are what they are in C, and so are \e \r \t in what is seen; \c at the
// end: without LF. Spaces at the end of what is seen are left out. What somebody sees must be written down by
// the end. Every transcript is played several times: with what is sent whole, split in two at every byte, and
// byte by byte, in one turn of the server or in one each.
#pragma once

#include "tests/fakes/line_world.h"

#include <cstddef>
#include <functional>
#include <string_view>

namespace veche::fakes {

/// A setup: no registration, and only ann has an account.
void without_registration(LineWorld& world);

/// Plays `script` in a world that `setup` has prepared, fed in every way.
/// `step` for long ones: every so many bytes.
void expect_transcript(std::string_view script, const std::function<void(LineWorld&)>& setup = {},
                       std::size_t step = 1);

}  // namespace veche::fakes
