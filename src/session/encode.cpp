// A room's event in whichever dialect the variant is of.
#include "session/irc_encoder.h"
#include "session/line_encoder.h"
#include "session/session.h"

namespace veche::session {

void encode(const chat::Event& event, Variant variant, const Moment& moment, std::string& out) {
  constexpr Variant kDialectBits = Variant{0xff} << 24;
  if ((variant & kDialectBits) == kIrcDialect) return encode_irc(event, variant & ~kDialectBits, moment, out);
  encode_line(event, LineStyle::of(variant), moment, out);
}

}  // namespace veche::session
