// What has come of a stream of bytes, line by line.
#pragma once

#include <string>
#include <string_view>

namespace veche::simulator {

/// Calls `read_line` with each line that `bytes` ends, without its LF; what is behind the last one waits in
/// `unfinished`.
template <class ReadLine>
void split_lines(std::string& unfinished, std::string_view bytes, ReadLine read_line) {
  unfinished += bytes;
  std::size_t begin = 0;
  for (auto end = unfinished.find('\n'); end != unfinished.npos; end = unfinished.find('\n', begin)) {
    read_line(std::string_view(unfinished).substr(begin, end - begin));
    begin = end + 1;
  }
  unfinished.erase(0, begin);
}

}  // namespace veche::simulator
