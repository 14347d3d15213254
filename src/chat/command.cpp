#include "chat/command.h"

#include <array>

namespace veche::chat {

namespace {

template <class... Bodies>
constexpr auto kinds() {
  std::array<bool, std::variant_size_v<AnyCommand>> is_one{};
  ((is_one[kind_of<Bodies>()] = true), ...);
  return is_one;
}

constexpr auto kReachMany =
    kinds<Disconnect, LogIn, LogInWithToken, Register, EnterAsGuest, Rename, Join, Leave, RenameRoom, SetAway,
          SetRealname, AskMembers, AskRooms, AskRoom, AskRoomsView, AskPeople>();

}  // namespace

CommandBody::CommandBody(const CommandBody&) = default;
CommandBody::CommandBody(CommandBody&&) noexcept = default;
CommandBody& CommandBody::operator=(const CommandBody&) = default;
CommandBody& CommandBody::operator=(CommandBody&&) noexcept = default;
CommandBody::~CommandBody() = default;

bool reaches_many(const CommandBody& body) { return kReachMany[body.index()]; }

}  // namespace veche::chat
