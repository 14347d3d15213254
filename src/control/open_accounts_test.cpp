#include "control/open_accounts.h"

#include "store/data_dir.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>

namespace veche::control {
namespace {

namespace fs = std::filesystem;

class OpenAccountsTest : public testing::Test {
 protected:
  void SetUp() override {
    config_.server.data_dir = path_;
    config_.accounts.hash_cost = store::HashCost::lowest;
    fs::remove_all(path_);
  }
  void TearDown() override { fs::remove_all(path_); }

  // The one path that is removed: never what a test has put into the configuration.
  const fs::path path_ = fs::temp_directory_path() / ("veche-open-accounts-" + std::to_string(::getpid()));
  Config config_;
};

TEST_F(OpenAccountsTest, WithoutAServerTheAccountsAreKeptInTheFiles) {
  {
    const auto accounts = open_accounts(config_, true);
    ASSERT_TRUE(accounts) << accounts.error().text();
    ASSERT_TRUE((*accounts)->add("Алиса", "p"));
    ASSERT_TRUE((*accounts)->add("bob", "p"));
    ASSERT_TRUE((*accounts)->remove("bob"));
  }
  const auto again = open_accounts(config_, false);
  ASSERT_TRUE(again) << again.error().text();
  const auto list = (*again)->list();
  ASSERT_TRUE(list);
  ASSERT_EQ(list->size(), 1u);
  EXPECT_EQ(list->at(0).name, "Алиса");
}

TEST_F(OpenAccountsTest, ADirectoryThatIsNotThereIsMadeOnlyOnRequest) {
  const auto accounts = open_accounts(config_, false);
  ASSERT_FALSE(accounts);
  EXPECT_EQ(accounts.error().why, "there is none");
  EXPECT_FALSE(fs::exists(config_.server.data_dir));
}

TEST_F(OpenAccountsTest, ADirectoryInUseIsLeftToItsServer) {
  const auto server = store::DataDir::open(config_.server.data_dir);
  ASSERT_TRUE(server) << server.error().text();
  const auto accounts = open_accounts(config_, false);
  ASSERT_TRUE(accounts) << accounts.error().text();
  const auto list = (*accounts)->list();  // this "server" has no control socket
  ASSERT_FALSE(list);
  EXPECT_EQ(
      list.error().text(),
      (config_.server.data_dir / "veche.sock").string() +
          ": nobody answers there, though the data directory is in use (is the server starting or stopping? "
          "try again)");
}

TEST_F(OpenAccountsTest, AFileIsNoDataDirectory) {
  std::ofstream(path_) << "text";
  const auto accounts = open_accounts(config_, true);
  ASSERT_FALSE(accounts);
  EXPECT_EQ(accounts.error().what, "data directory " + path_.string());
  EXPECT_EQ(accounts.error().why, "it is not a directory");
}

}  // namespace
}  // namespace veche::control
