// A file system in memory that knows what is durable: for tests of power loss. Like a strict disk,
// bytes survive only if the file was synced after they were written, and names only if their
// directory was. Thread-safe. No links, permissions or times; free space is what the test says.
#pragma once

#include <cstdint>
#include <limits>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "io/file_system.h"

namespace fuseo1::testing {

enum class PowerLoss {
  kDropUnsynced,  // every byte and name that was not synced is gone
  kTornBlocks,    // a random subset of unsynced 4 KiB blocks, a random length between the durable
                  // and the written one, and a random first part of the unsynced name changes
};

class MemoryFileSystem final : public FileSystem {
 public:
  MemoryFileSystem();

  Result<std::unique_ptr<File>> OpenRead(const std::string& path) override;
  Result<std::unique_ptr<File>> Create(const std::string& path) override;
  Result<std::unique_ptr<File>> OpenWrite(const std::string& path) override;
  Result<FileInfo> Info(const std::string& path) override;
  Result<std::vector<std::string>> List(const std::string& directory) override;
  Result<std::string> Resolve(const std::string& path) override;
  Status MakeDirectories(const std::string& path) override;
  Status Rename(const std::string& from, const std::string& to) override;
  Status Remove(const std::string& path) override;
  Status SyncDirectory(const std::string& path) override;
  Result<std::unique_ptr<DirectoryLock>> LockDirectory(const std::string& path) override;
  Result<std::uint64_t> FreeBytes(const std::string& path) override;

  // The machine stops and starts again: files that are open belong to the life before, and writing
  // to them changes nothing any more. Locks are free. `seed` decides what survives kTornBlocks.
  void LosePower(PowerLoss mode, std::uint64_t seed = 0);

  // Everything so far becomes durable: how a test sets up its inputs.
  void SyncEverything();

  // Writes beyond this many bytes over all files fail with "No space left on device".
  void SetCapacity(std::uint64_t bytes);

  // Every regular file with its contents, by path.
  std::map<std::string, std::string> Contents() const;

  struct Inode;
  using Names = std::map<std::string, std::shared_ptr<Inode>>;  // by absolute path

 private:
  friend class MemoryFsFile;
  struct Change {  // of one name, in order
    std::string directory;
    std::string path;
    std::shared_ptr<Inode> inode;  // nullptr: the name goes away
    std::string also_gone;         // a rename: the old name
  };

  Result<std::unique_ptr<File>> Open(const std::string& path, bool may_write);
  void Record(Change change);
  static void Apply(const Change& change, Names* names);

  mutable std::mutex mutex_;
  Names names_;
  Names durable_names_;
  std::vector<Change> unsynced_;
  std::map<std::string, bool> locks_;
  std::uint64_t used_bytes_ = 0;
  std::uint64_t capacity_bytes_ = std::numeric_limits<std::uint64_t>::max();
  std::uint64_t next_inode_ = 1;
  std::uint64_t life_ = 0;  // how often power was lost
};

}  // namespace fuseo1::testing
