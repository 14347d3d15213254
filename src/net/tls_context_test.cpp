// What may be wrong with a certificate and its key, and what is said of it.
#include "net/tls_context.h"

#include "net/test_tls.h"

#include <gtest/gtest.h>

#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <string>

namespace veche::net {
namespace {

using testing::Identity;
using testing::make_identity;
using testing::server_identity;

std::string error_of(const std::string& certificate, const std::string& key) {
  const auto made = TlsContext::make({"server.crt", certificate}, {"server.key", key}, {});
  return made ? "" : made.error().text();
}

TEST(TlsContext, TakesAChainAndItsKey) {
  const Identity& own = server_identity();
  EXPECT_EQ(error_of(own.certificate, own.key), "");
  EXPECT_EQ(error_of(own.certificate + make_identity().certificate + "\n\n", own.key), "");
  EXPECT_EQ(error_of("Certificate of mine:\n" + own.certificate + own.key, own.certificate + own.key), "")
      << "both may be in one file, and words between them";
  const Identity rsa = make_identity(24, 2048);
  EXPECT_EQ(error_of(rsa.certificate, rsa.key), "");
}

TEST(TlsContext, KnowsWhenTheCertificateExpires) {
  const Identity expired = make_identity(-1);
  const auto context = TlsContext::make({"a", expired.certificate}, {"b", expired.key}, {}).value();
  const auto ago = base::SystemClock().wall() - context->expires();
  EXPECT_GE(ago, std::chrono::minutes{59});
  EXPECT_LE(ago, std::chrono::minutes{61});
}

TEST(TlsContext, SaysWhichFileIsWrongAndWhatWouldBeRight) {
  const Identity& own = server_identity();
  EXPECT_EQ(error_of(own.key, own.certificate),
            "certificate server.crt: holds a private key and no certificate (have the two files changed "
            "places?)");
  EXPECT_EQ(
      error_of("", own.key),
      "certificate server.crt: holds no certificate (PEM text is needed, the certificate first and then "
      "those that signed it, each from -----BEGIN CERTIFICATE----- on)");
  EXPECT_EQ(
      error_of(own.certificate, ""),
      "private key server.key: holds no private key (PEM text is needed, such as from -----BEGIN PRIVATE "
      "KEY----- on)");
  EXPECT_EQ(
      error_of(own.certificate, own.certificate),
      "private key server.key: holds a certificate and no private key (the key is in a file of its own; "
      "certbot calls it privkey.pem)");
  EXPECT_EQ(
      error_of(own.certificate, make_identity().key),
      "private key server.key: does not belong to the certificate in server.crt (the two are made together: "
      "take both from the same place)");
  EXPECT_EQ(
      error_of(own.certificate, make_identity(24, 2048).key),
      "private key server.key: does not belong to the certificate in server.crt (the two are made together: "
      "take both from the same place)");
}

TEST(TlsContext, DamagedTextIsSaidToBeDamaged) {
  const Identity& own = server_identity();
  std::string torn = own.certificate;
  torn.erase(60, 5);
  EXPECT_EQ(error_of(torn, own.key).find("certificate server.crt: is damaged: "), 0u)
      << error_of(torn, own.key);
  const std::string cut = own.certificate.substr(0, own.certificate.size() / 2);
  EXPECT_EQ(error_of(cut, own.key).find("certificate server.crt: is damaged: "), 0u)
      << error_of(cut, own.key);
  EXPECT_EQ(
      error_of(own.certificate + torn, own.key).find("certificate server.crt: one that signed it is damaged"),
      0u);
  std::string torn_key = own.key;
  torn_key.erase(40, 7);
  EXPECT_EQ(error_of(own.certificate, torn_key).find("private key server.key: is damaged: "), 0u)
      << error_of(own.certificate, torn_key);
}

TEST(TlsContext, AKeyWithAPassphraseIsRefusedWithoutAsking) {
  const Identity& own = server_identity();
  const std::unique_ptr<BIO, void (*)(BIO*)> in(BIO_new_mem_buf(own.key.data(), -1), BIO_free_all);
  const std::unique_ptr<EVP_PKEY, void (*)(EVP_PKEY*)> key(
      PEM_read_bio_PrivateKey(in.get(), nullptr, nullptr, nullptr), EVP_PKEY_free);
  const std::unique_ptr<BIO, void (*)(BIO*)> out(BIO_new(BIO_s_mem()), BIO_free_all);
  const unsigned char word[] = "secret";
  PEM_write_bio_PrivateKey(out.get(), key.get(), EVP_aes_128_cbc(), word, 6, nullptr, nullptr);
  EXPECT_EQ(
      error_of(own.certificate, testing::text_of(out.get())),
      "private key server.key: is locked with a passphrase, and a server has nobody to ask for it (openssl "
      "pkey -in FILE -out NEW_FILE writes it without)");
}

TEST(TlsContext, AWeakKeyIsRefused) {
  const Identity weak = make_identity(24, 1024);
  EXPECT_EQ(
      error_of(weak.certificate, weak.key),
      "certificate server.crt: cannot be used: ee key too small (2048 bits of RSA or an elliptic curve)");
}

TEST(TlsContext, ReadsFilesAndSaysWhichItCannotRead) {
  const std::filesystem::path folder =
      std::filesystem::path(::testing::TempDir()) / ("tls_context." + std::to_string(::getpid()));
  std::filesystem::create_directory(folder);
  const auto certificate = folder / "server.crt", key = folder / "server.key";
  std::ofstream(certificate) << server_identity().certificate;
  const auto missing = TlsContext::load({certificate, key}, {});
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().text(), "private key " + key.string() + ": No such file or directory");
  const auto directory = TlsContext::load({folder, key}, {});
  ASSERT_FALSE(directory);
  EXPECT_EQ(directory.error().text(), "certificate " + folder.string() + ": Is a directory");
  std::ofstream(key) << server_identity().key;
  EXPECT_TRUE(TlsContext::load({certificate, key}, {}));
  std::ofstream(certificate) << std::string(2'000'000, 'x');
  const auto large = TlsContext::load({certificate, key}, {});
  ASSERT_FALSE(large);
  EXPECT_EQ(large.error().text(),
            "certificate " + certificate.string() + ": is no PEM file: larger than 1 MiB");
  std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace veche::net
