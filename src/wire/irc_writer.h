// Lines of IRC, written part by part (modern.ircdocs.horse, "Message Format"; IRCv3 message-tags):
//
//   IrcWriter(out).tag("msgid", id).source(nick, user,
//   host).command("PRIVMSG").middle("#chan").trailing(text);
//
// One writer is one line: it appends to the caller's string, in the order of a line, and its end is the
// line's.
//
// Whatever it is given, the line stays one line and within its bounds:
//  - CR, LF and NUL are left out (escaped in a tag's value, where they have a form);
//  - without tags the line has at most 512 bytes, CR LF included: a trailing parameter is cut between code
//    points, and should what stands before it be too long, the line is cut there;
//  - a tag that would take the tags beyond 8,191 bytes is left out. That a server adds at most 4,094 bytes of
//  its
//    own, and before the client's, is the caller's part.
//
// What would change the line's shape (a space in a source, a middle parameter that is empty or begins with
// ':') is the programmer's fault and ends the server. So what a peer has chosen and nobody has checked is
// never a `middle` parameter, but an `echo` or the trailing one.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace veche::wire {

class IrcWriter {
 public:
  /// `out` outlives the writer, and nobody else appends to it meanwhile.
  explicit IrcWriter(std::string& out) : out_(out), line_start_(out.size()), body_start_(out.size()) {}
  IrcWriter(const IrcWriter&) = delete;
  IrcWriter& operator=(const IrcWriter&) = delete;
  ~IrcWriter() { end(); }

  /// Adds a tag with a value that is not escaped yet; without '=' if it is empty.
  IrcWriter& tag(std::string_view key, std::string_view value);
  /// Adds tags as they came, "key=escaped;key": all of them or, if they are too many, none. Spaces in them
  /// are left out.
  IrcWriter& escaped_tags(std::string_view tags);

  IrcWriter& source(std::string_view name);
  IrcWriter& source(std::string_view nick, std::string_view user, std::string_view host);

  IrcWriter& command(std::string_view name);
  /// A numeric: three digits.
  IrcWriter& numeric(unsigned code);

  IrcWriter& middle(std::string_view parameter);
  IrcWriter& number(std::int64_t parameter);
  /// A middle parameter that repeats what a peer has sent: '*' if it cannot stand there (as Ergo does), and
  /// at most kEchoBytesMax of it, so that the text behind it still says what is wrong.
  IrcWriter& echo(std::string_view parameter);
  static constexpr std::size_t kEchoBytesMax = 256;

  /// The last parameter: any text.
  IrcWriter& trailing(std::string_view text);
  /// Goes on with it. Once something was cut, nothing follows.
  IrcWriter& more(std::string_view text);
  /// How many bytes `trailing` would take now, or `more` after it.
  std::size_t room() const;

  /// Source, command and parameters as another writer, without tags, has written them, its CR LF included:
  /// what differs between receivers is often the tags alone.
  void rest(std::string_view written_line);

  /// Ends the line before the writer's end. Nothing may follow.
  void end();

 private:
  enum class Part : std::uint8_t { kTags, kSource, kParameters, kTrailing, kEnded };

  void begin_tag();
  void end_tag(std::size_t size_before);
  void begin_body(Part part);
  void word(std::string_view text, bool within);
  std::string_view body() const { return std::string_view(out_).substr(body_start_); }

  std::string& out_;
  const std::size_t line_start_;
  std::size_t body_start_;   // behind the tags' space
  Part part_ = Part::kTags;  // the last that was begun
  bool cut_ = false;
};

/// How many bytes of text fit into the trailing parameter of a line with this source (without ':'), command
/// and one more parameter: the size for base::next_chunk. 0 if there is no room.
std::size_t max_text_bytes(std::size_t source_bytes, std::string_view command, std::string_view target);

}  // namespace veche::wire
