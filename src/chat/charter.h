// What makes a registered room somebody's: who founded it, and the ranks that accounts have in it whenever
// they come. With it the room keeps its rules and its topic while nobody is there, and over restarts
// (docs/adr/0014-rooms-that-are-kept.md). Immutable, as RoomState is: a change is a copy.
#pragma once

#include "base/clock.h"
#include "base/ids.h"
#include "chat/room_state.h"

#include <memory>
#include <vector>

namespace veche::chat {

/// The rank that an account is given on coming in.
struct StandingRank {
  base::AccountId account;
  Rank rank = Rank::oper;
};

struct Charter {
  /// By right of the account: the founder's, or its standing rank; 0: none, as for guests.
  Ranks ranks_of(base::AccountId account) const {
    if (!account) return 0;
    if (account == founder) return bit(Rank::founder);
    for (const StandingRank& one : ranks) {
      if (one.account == account) return bit(one.rank);
    }
    return 0;
  }

  base::AccountId founder;
  base::WallTime since{};
  std::vector<StandingRank> ranks{};  ///< by account, one of each; the founder has none
};
using CharterPtr = std::shared_ptr<const Charter>;

}  // namespace veche::chat
