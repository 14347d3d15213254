// Every number that bounds something, in one place. What the operator may change is a default of
// control/config.h; what is here cannot be changed, because another number rests on it.
#pragma once

#include <chrono>
#include <cstddef>

namespace veche::base::limits {

// Text. A line is the longest message plus room for a command before it.
inline constexpr std::size_t kLineBytesMax = 4096;
inline constexpr std::size_t kMessageBytesMax = 4096;
inline constexpr std::size_t kNameCodePointsMax = 32;
inline constexpr std::size_t kRoomCodePointsMax = 64;
inline constexpr std::size_t kPasswordBytesMax = 512;

// IRC: one line's two parts (RFC 1459 section 2.3; IRCv3 message-tags, "Size limit").
inline constexpr std::size_t kIrcLineBytesMax = 512;         // without tags, with CR LF
inline constexpr std::size_t kIrcClientTagsBytesMax = 4096;  // from their '@' to the space behind them
inline constexpr std::size_t kIrcTagsBytesMax = 8191;        // as many of a client's, ';', and the server's
inline constexpr std::size_t kIrcParametersMax = 15;

// Accounts.
inline constexpr std::size_t kTokenBytes = 32;           // random bytes in a session token
inline constexpr std::size_t kTokenTextChars = 43;       // base64url of them, without padding
inline constexpr std::size_t kTokensPerAccountMax = 64;  // the oldest goes
inline constexpr std::size_t kAddressesPerAccountMax = 32;
inline constexpr int kLoginAttemptsPerSessionMax = 10;
inline constexpr std::size_t kCertificatesPerAccountMax = 32;
inline constexpr unsigned kScramRounds = 100'000;  // RFC 7677 asks for 4,096 at least

// SASL over IRC (IRCv3 sasl-3.1). A response is two names and a password, or what SCRAM makes of them.
inline constexpr std::size_t kSaslChunkBytes = 400;
inline constexpr std::size_t kSaslResponseBytesMax = 2'048;

// Rooms.
inline constexpr std::size_t kRoomsPerUserMax = 100;
inline constexpr std::size_t kRoomsMax = 100'000;
inline constexpr std::size_t kRoomsPerAccountMax = 20;        // that it has registered
inline constexpr std::size_t kStandingRanksPerRoomMax = 250;  // that accounts have in a registered one

// What one IRC line may ask for, and what somebody may keep.
inline constexpr std::size_t kTargetsMax = 20;
inline constexpr std::size_t kModesPerCommandMax = 20;
inline constexpr std::size_t kAcceptedMax = 100;       // names that he takes private messages from
inline constexpr std::size_t kPeopleShownMax = 1'000;  // in one answer about people

// Bans and mutes.
inline constexpr std::size_t kSanctionsMax = 10'000;

// Words about a room or a person: with the names before them they fit onto an IRC line, as a rule.
inline constexpr std::size_t kTopicBytesMax = 390;
inline constexpr std::size_t kKickReasonBytesMax = 390;
inline constexpr std::size_t kAwayBytesMax = 390;

// Lists: a room's (each is copied whole when it changes), a session's, the chat's memory of who has gone.
inline constexpr std::size_t kListEntriesMax = 1'000;
inline constexpr std::size_t kWatchedMax = 1'000;
inline constexpr std::size_t kPastPeopleMax = 10'000;

// Network.
inline constexpr std::size_t kReadBufferBytes = 64 * 1024;   // one per loop, shared by its connections
inline constexpr int kReadsPerTurnMax = 16;                  // then the next connection has its turn
inline constexpr std::size_t kCommandsInFlightMax = 16'384;  // credits of one loop towards the chat
inline constexpr std::size_t kCrowdInFlightMax = 24;         // of them, those that reach many
inline constexpr std::size_t kFanoutPerTurn = 16u << 20;     // bytes to big rooms, a call being worth 8 KiB
inline constexpr std::chrono::seconds kTlsHandshakeTimeout{10};
inline constexpr std::chrono::seconds kPrefaceTimeout{10};  // a proxy's header, a gateway's first command
inline constexpr std::chrono::seconds kTlsTicketKeyLifetime{12 * 3600};  // seals so long, opens twice
inline constexpr std::size_t kTlsCertificatesBytesMax = 32 * 1024;  // a client's, with those that signed it
inline constexpr std::chrono::seconds kWriteStallTimeout{60};
inline constexpr std::chrono::milliseconds kLingerTimeout{500};  // for the peer's FIN behind ours
inline constexpr std::chrono::seconds kGoodbyeTimeout{5};        // for flushing what is owed at the end

// Workers.
inline constexpr std::size_t kPasswordJobsMax = 4096;
inline constexpr std::size_t kQueryJobsMax = 4096;

// Store.
inline constexpr std::size_t kIndexSliceRows = 2'000;
inline constexpr std::size_t kIndexBehindRowsMax = 50'000;  // then index even when busy
inline constexpr std::size_t kCheckpointPages = 1'000;
inline constexpr std::size_t kWalBytesMax = 64u * 1024 * 1024;

static_assert(kMessageBytesMax <= kLineBytesMax, "a message must fit on a line");
static_assert(kIrcTagsBytesMax == 2 * kIrcClientTagsBytesMax - 1, "'@', two times the tags, ';', a space");
static_assert(kTokenTextChars == (kTokenBytes * 8 + 5) / 6, "base64url without padding");
static_assert(kLineBytesMax < kReadBufferBytes, "a whole line fits into one read");

}  // namespace veche::base::limits
