#include "control/config_tls.h"

#include "net/test_tls.h"
#include "tests/fakes/temp_dir.h"

#include <gtest/gtest.h>

#include <fstream>
#include <string>
#include <vector>

namespace veche::control {
namespace {

using Lines = std::vector<std::string>;

Config read(std::string_view toml) {
  auto config = parse_config(toml, "v.toml");
  EXPECT_TRUE(config) << (config ? "" : config.error().lines.front());
  return config ? *std::move(config) : Config{};
}

TEST(ConfigTls, AListenerHasItsOwnCertificateOrTheCommonOne) {
  const Config config = read(R"(
[tls]
cert = "common.pem"
key = "common.key"
[[listen]]
protocol = "irc"
tls = true
[[listen]]
tls = true
tls_cert = "own.pem"
tls_key = "own.key"
tls_client_cert = "ask"
[[listen]]
port = 7
tls = true
tls_cert = "both.pem"
[[listen]]
port = 8
)");
  ASSERT_EQ(config.listen.size(), 4u);
  EXPECT_EQ(config.listen[0].port, 6697);
  EXPECT_EQ(config.listen[1].port, 1899);
  EXPECT_EQ(config.listen[1].tls_client_cert, "ask");
  EXPECT_EQ(certificate_of(config.tls, config.listen[0]), (CertificateFiles{"common.pem", "common.key"}));
  EXPECT_EQ(certificate_of(config.tls, config.listen[1]), (CertificateFiles{"own.pem", "own.key"}));
  EXPECT_EQ(certificate_of(config.tls, config.listen[2]), (CertificateFiles{"both.pem", "both.pem"}));
  EXPECT_EQ(certificate_of(config.tls, config.listen[3]), std::nullopt);
}

TEST(ConfigTls, ACertificateOpensIrcOverTlsUnlessListenersAreWritten) {
  Config config = read("[tls]\ncert = \"a.pem\"\nsts = true\n");
  ASSERT_EQ(config.listen.size(), 3u);
  EXPECT_EQ(config.listen[2].protocol, "irc");
  EXPECT_EQ(config.listen[2].port, 6697);
  EXPECT_TRUE(config.listen[2].tls);
  EXPECT_FALSE(config.listen[2].named);
  add_default_tls(config);
  EXPECT_EQ(config.listen.size(), 3u) << "once";
  EXPECT_EQ(read(config_text(config)).listen.size(), 3u) << "the same once it is written down";
  EXPECT_EQ(read("[tls]\ncert = \"a.pem\"\n[[listen]]\nport = 7\n").listen.size(), 1u);
  EXPECT_EQ(read("").listen.size(), 2u);
}

TEST(ConfigTls, FurtherCertificatesStandInEntriesOfTheirOwn) {
  const std::string tls = "[tls]\ncert = \"a.pem\"\n";
  const Config config =
      read(tls + "[[certificate]]\ncert = \"b.pem\"\nkey = \"b.key\"\n[[certificate]]\ncert = \"c.pem\"\n");
  ASSERT_EQ(config.certificates.size(), 2u);
  EXPECT_EQ(files_of(config.certificates[0]), (CertificateFiles{"b.pem", "b.key"}));
  EXPECT_EQ(files_of(config.certificates[1]), (CertificateFiles{"c.pem", "c.pem"})) << "both in one file";
  const std::string shown = config_text(config);
  EXPECT_NE(shown.find("\n[[certificate]]\ncert = \"c.pem\"\nkey = \"\"\n"), std::string::npos) << shown;
  EXPECT_EQ(config_text(read(shown)), shown);
}

TEST(ConfigTls, WhatIsWrongWithFurtherCertificatesIsSaid) {
  const auto errors_of = [](const std::string& toml) {
    const auto config = parse_config(toml, "v.toml");
    return config ? Lines{} : config.error().lines;
  };
  const std::string tls = "[tls]\ncert = \"a.pem\"\n", entry = "[[certificate]]\ncert = \"b.pem\"\n";
  const std::string useless =
      "certificate: there is no listener with TLS that would show it (cert in [tls], and tls = true in a "
      "[[listen]])";
  EXPECT_EQ(errors_of(entry), Lines{"v.toml:1:1: " + useless});
  EXPECT_EQ(errors_of("[[listen]]\n" + tls + entry), Lines{"v.toml:4:1: " + useless});
  EXPECT_EQ(errors_of("[[listen]]\ntls = true\ntls_cert = \"a.pem\"\n" + entry), Lines{});
  EXPECT_EQ(
      errors_of(tls + "[[certificate]]\nkey = \"b.key\"\n"),
      Lines{"v.toml:3:1: certificate.cert: is missing (for example: cert = \"other.example.org.pem\")"});
  EXPECT_EQ(errors_of(tls + "[[certificate]]\ncert = \"\"\n"),
            Lines{"v.toml:4:8: certificate.cert: the path is empty"});
  EXPECT_EQ(errors_of(tls + entry + entry),
            Lines{"v.toml:5:1: certificate: b.pem is the certificate of an entry above, too"});
  EXPECT_EQ(errors_of(tls + "[certificate]\ncert = \"b.pem\"\n"),
            Lines{"v.toml:3:2: certificate: expected a section, found a single one (write it as "
                  "[[certificate]])"});
}

TEST(ConfigTls, FilesAreReadWhereTheConfigurationIsCheckedWhole) {
  const fakes::TempDir dir;
  const std::string certificate = dir / "server.crt", key = dir / "server.key", other = dir / "other.key";
  std::ofstream(certificate) << net::testing::server_identity().certificate;
  std::ofstream(key) << net::testing::server_identity().key;
  std::ofstream(other) << net::testing::make_identity().key;
  const auto errors_of = [](const std::string& toml) {
    const auto config = parse_config(toml, "v.toml", CheckFiles::yes);
    return config ? Lines{} : config.error().lines;
  };
  EXPECT_EQ(errors_of("[tls]\ncert = \"" + certificate + "\"\nkey = \"" + key + "\"\n"), Lines{});
  EXPECT_EQ(errors_of("[tls]\ncert = \"" + certificate + "\"\nkey = \"" + other + "\"\n"),
            Lines{"v.toml:3:7: tls.key: private key " + other + ": does not belong to the certificate in " +
                  certificate + " (the two are made together: take both from the same place)"});
  EXPECT_EQ(
      errors_of("[[listen]]\ntls = true\ntls_cert = \"" + certificate + "\"\n"),
      Lines{"v.toml:3:12: listen.tls_cert: private key " + certificate +
            ": holds a certificate and no private key (the key is in a file of its own; certbot calls it "
            "privkey.pem)"});
  const std::string tls = "[tls]\ncert = \"" + certificate + "\"\nkey = \"" + key + "\"\n";
  EXPECT_EQ(errors_of(tls + "[[certificate]]\ncert = \"" + certificate + "\"\nkey = \"" + key + "\"\n"),
            Lines{});
  EXPECT_EQ(errors_of(tls + "[[certificate]]\ncert = \"/no/such\"\n[[certificate]]\ncert = \"" + certificate +
                      "\"\nkey = \"" + other + "\"\n"),
            (Lines{"v.toml:5:8: certificate.cert: certificate /no/such: No such file or directory",
                   "v.toml:8:7: certificate.key: private key " + other +
                       ": does not belong to the certificate in " + certificate +
                       " (the two are made together: take both from the same place)"}));
  EXPECT_EQ(errors_of(tls + "[[certificate]]\ncert = \"" + key + "\"\n"),
            Lines{"v.toml:5:8: certificate.cert: certificate " + key +
                  ": holds a private key and no certificate (have the two files changed places?)"});
  EXPECT_EQ(errors_of("[[listen]]\ntls = true\ntls_cert = \"/no/such\"\n[[listen]]\nport = 7\ntls = true\n"
                      "tls_cert = \"/no/such\"\n"),
            Lines{"v.toml:3:12: listen.tls_cert: certificate /no/such: No such file or directory"})
      << "a file is complained of once";
}

}  // namespace
}  // namespace veche::control
