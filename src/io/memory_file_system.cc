#include "io/memory_file_system.h"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <random>
#include <set>

#include "base/text.h"
#include "io/errno_error.h"

namespace fuseo1::testing {
namespace {

constexpr std::size_t kBlockBytes = 4096;

// Absolute, without ".", ".." and double slashes.
std::string Clean(const std::string& path) {
  std::vector<std::string> parts;
  std::size_t begin = 0;
  while (begin <= path.size()) {
    const std::size_t end = std::min(path.find('/', begin), path.size());
    const std::string part = path.substr(begin, end - begin);
    if (part == ".." && !parts.empty()) {
      parts.pop_back();
    } else if (!part.empty() && part != "." && part != "..") {
      parts.push_back(part);
    }
    begin = end + 1;
  }
  std::string clean;
  for (const std::string& part : parts) {
    clean += "/" + part;
  }
  return clean.empty() ? "/" : clean;
}

std::string ParentOf(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  return slash == 0 ? "/" : path.substr(0, slash);
}

}  // namespace

struct MemoryFileSystem::Inode {
  bool is_directory = false;
  std::uint64_t number = 0;
  std::int64_t changes = 0;     // the file's clock: one tick a write
  std::string contents;         // what readers see
  std::string durable;          // what a sync has saved
  std::set<std::size_t> dirty;  // blocks written since
};

class MemoryFsFile final : public File {
 public:
  using Inode = MemoryFileSystem::Inode;

  MemoryFsFile(MemoryFileSystem* fs, std::shared_ptr<Inode> inode, std::string path, bool may_write)
      : fs_(*fs),
        inode_(std::move(inode)),
        path_(std::move(path)),
        life_(fs->life_),
        may_write_(may_write) {}

  const std::string& path() const override { return path_; }

  Result<FileInfo> Info() const override {
    const std::lock_guard lock(fs_.mutex_);
    return FileInfo{.kind = FileKind::kRegular,
                    .bytes = inode_->contents.size(),
                    .mtime_ns = inode_->changes,
                    .inode = inode_->number,
                    .device = 1};
  }

  Status ReadAt(std::uint64_t offset, MutableBytes out) const override {
    const std::lock_guard lock(fs_.mutex_);
    const std::string& contents = inode_->contents;
    if (offset > contents.size() || out.size() > contents.size() - offset) {
      return EndOfFileError(path_, offset, out.size(), contents.size());
    }
    if (!out.empty()) {
      std::memcpy(out.data(), contents.data() + offset, out.size());
    }
    return {};
  }

  void WillRead(std::uint64_t, std::uint64_t) const override {}
  void StartWriteback(std::uint64_t, std::uint64_t) override {}

  Status WriteAt(std::uint64_t offset, Bytes in) override {
    const std::lock_guard lock(fs_.mutex_);
    FUSEO1_TRY_VOID(Resize(std::max<std::uint64_t>(inode_->contents.size(), offset + in.size())));
    if (!in.empty()) {
      std::memcpy(inode_->contents.data() + offset, in.data(), in.size());
      MarkDirty(offset, offset + in.size());
    }
    ++inode_->changes;
    return {};
  }

  Status Reserve(std::uint64_t bytes) override { return Truncate(bytes); }

  Status Truncate(std::uint64_t bytes) override {
    const std::lock_guard lock(fs_.mutex_);
    ++inode_->changes;
    return Resize(bytes);
  }

  Status Sync() override {
    const std::lock_guard lock(fs_.mutex_);
    FUSEO1_TRY_VOID(CheckWritable());
    inode_->durable = inode_->contents;
    inode_->dirty.clear();
    return {};
  }

 private:
  Status CheckWritable() const {
    if (!may_write_) {
      return ErrnoError(path_, "write it", EBADF);
    }
    return life_ == fs_.life_ ? Status() : ErrnoError(path_, "write it after the power loss", EIO);
  }

  void MarkDirty(std::uint64_t begin, std::uint64_t end) {
    for (std::uint64_t block = begin / kBlockBytes; block * kBlockBytes < end; ++block) {
      inode_->dirty.insert(static_cast<std::size_t>(block));
    }
  }

  Status Resize(std::uint64_t bytes) {
    FUSEO1_TRY_VOID(CheckWritable());
    const std::uint64_t before = inode_->contents.size();
    if (bytes > before && bytes - before > fs_.capacity_bytes_ - fs_.used_bytes_) {
      return ErrnoError(path_, fmt::format("grow it to {} bytes", bytes), ENOSPC);
    }
    fs_.used_bytes_ = fs_.used_bytes_ - before + bytes;
    inode_->contents.resize(static_cast<std::size_t>(bytes), '\0');
    MarkDirty(std::min(before, bytes), std::max(before, bytes));
    return {};
  }

  MemoryFileSystem& fs_;
  std::shared_ptr<Inode> inode_;
  std::string path_;
  std::uint64_t life_;
  bool may_write_;
};

MemoryFileSystem::MemoryFileSystem() {
  const auto root = std::make_shared<Inode>();
  root->is_directory = true;
  names_["/"] = root;
  durable_names_ = names_;
}

Result<std::unique_ptr<File>> MemoryFileSystem::Open(const std::string& path, bool may_write) {
  const std::lock_guard lock(mutex_);
  const auto it = names_.find(Clean(path));
  if (it == names_.end()) {
    return ErrnoError(path, "open it", ENOENT);
  }
  if (it->second->is_directory) {
    return InputError(path + ": expected a regular file, found a directory");
  }
  return std::unique_ptr<File>(std::make_unique<MemoryFsFile>(this, it->second, path, may_write));
}

Result<std::unique_ptr<File>> MemoryFileSystem::OpenRead(const std::string& path) {
  return Open(path, false);
}

Result<std::unique_ptr<File>> MemoryFileSystem::OpenWrite(const std::string& path) {
  return Open(path, true);
}

Result<std::unique_ptr<File>> MemoryFileSystem::Create(const std::string& path) {
  {
    const std::lock_guard lock(mutex_);
    const std::string clean = Clean(path);
    if (names_.count(clean) > 0) {
      return ErrnoError(path, "create it", EEXIST);
    }
    const auto parent = names_.find(ParentOf(clean));
    if (parent == names_.end() || !parent->second->is_directory) {
      return ErrnoError(path, "create it", ENOENT);
    }
    const auto inode = std::make_shared<Inode>();
    inode->number = next_inode_++;
    Record({.directory = ParentOf(clean), .path = clean, .inode = inode, .also_gone = ""});
  }
  return Open(path, true);
}

void MemoryFileSystem::Apply(const Change& change, Names* names) {
  if (!change.also_gone.empty()) {
    names->erase(change.also_gone);
  }
  if (change.inode == nullptr) {
    names->erase(change.path);
  } else {
    (*names)[change.path] = change.inode;
  }
}

void MemoryFileSystem::Record(Change change) {
  Apply(change, &names_);
  unsynced_.push_back(std::move(change));
}

Result<FileInfo> MemoryFileSystem::Info(const std::string& path) {
  const std::lock_guard lock(mutex_);
  const auto it = names_.find(Clean(path));
  if (it == names_.end()) {
    return FileInfo();
  }
  return FileInfo{.kind = it->second->is_directory ? FileKind::kDirectory : FileKind::kRegular,
                  .bytes = it->second->contents.size(),
                  .mtime_ns = it->second->changes,
                  .inode = it->second->number,
                  .device = 1};
}

Result<std::vector<std::string>> MemoryFileSystem::List(const std::string& directory) {
  const std::lock_guard lock(mutex_);
  const std::string clean = Clean(directory);
  if (names_.count(clean) == 0) {
    return ErrnoError(directory, "list the directory", ENOENT);
  }
  std::vector<std::string> list;
  for (const auto& [path, inode] : names_) {
    if (path != "/" && ParentOf(path) == clean) {
      list.push_back(path.substr(path.rfind('/') + 1));
    }
  }
  return list;
}

Result<std::string> MemoryFileSystem::Resolve(const std::string& path) { return Clean(path); }

Status MemoryFileSystem::MakeDirectories(const std::string& path) {
  const std::lock_guard lock(mutex_);
  const std::string clean = Clean(path);
  for (std::size_t end = 0; end < clean.size();) {
    end = std::min(clean.find('/', end + 1), clean.size());
    const std::string part = clean.substr(0, end);
    const auto it = names_.find(part);
    if (it != names_.end() && !it->second->is_directory) {
      return ErrnoError(part, "make the directory", ENOTDIR);
    }
    if (it == names_.end()) {
      const auto inode = std::make_shared<Inode>();
      inode->is_directory = true;
      inode->number = next_inode_++;
      Record({.directory = ParentOf(part), .path = part, .inode = inode, .also_gone = ""});
    }
  }
  return {};
}

Status MemoryFileSystem::Rename(const std::string& from, const std::string& to) {
  const std::lock_guard lock(mutex_);
  const std::string source = Clean(from);
  const auto it = names_.find(source);
  if (it == names_.end() || names_.count(ParentOf(Clean(to))) == 0) {
    return ErrnoError(from, "rename it to " + to, ENOENT);
  }
  if (it->second->is_directory) {
    return ErrnoError(from, "rename it to " + to, EISDIR);
  }
  const auto replaced = names_.find(Clean(to));
  if (replaced != names_.end()) {
    used_bytes_ -= replaced->second->contents.size();
  }
  Record({.directory = ParentOf(Clean(to)),
          .path = Clean(to),
          .inode = it->second,
          .also_gone = source});
  return {};
}

Status MemoryFileSystem::Remove(const std::string& path) {
  const std::lock_guard lock(mutex_);
  const std::string clean = Clean(path);
  const auto it = names_.find(clean);
  if (it == names_.end()) {
    return ErrnoError(path, "remove it", ENOENT);
  }
  const auto next = std::next(it);
  if (it->second->is_directory && next != names_.end() && StartsWith(next->first, clean + "/")) {
    return ErrnoError(path, "remove it", ENOTEMPTY);
  }
  used_bytes_ -= it->second->contents.size();
  Record({.directory = ParentOf(clean), .path = clean, .inode = nullptr, .also_gone = ""});
  return {};
}

Status MemoryFileSystem::SyncDirectory(const std::string& path) {
  const std::lock_guard lock(mutex_);
  const std::string clean = Clean(path);
  if (names_.count(clean) == 0) {
    return ErrnoError(path, "make the directory durable", ENOENT);
  }
  std::vector<Change> later;
  for (Change& change : unsynced_) {
    // A directory's own name becomes durable with it, as journaling file systems have it.
    if (change.directory == clean || change.path == clean || StartsWith(clean, change.path + "/")) {
      Apply(change, &durable_names_);
    } else {
      later.push_back(std::move(change));
    }
  }
  unsynced_ = std::move(later);
  return {};
}

namespace {

class MemoryLock final : public DirectoryLock {
 public:
  MemoryLock(std::mutex* mutex, std::map<std::string, bool>* locks, std::string path)
      : mutex_(*mutex), locks_(*locks), path_(std::move(path)) {}
  ~MemoryLock() override {
    const std::lock_guard lock(mutex_);
    locks_.erase(path_);
  }

 private:
  std::mutex& mutex_;
  std::map<std::string, bool>& locks_;
  std::string path_;
};

}  // namespace

Result<std::unique_ptr<DirectoryLock>> MemoryFileSystem::LockDirectory(const std::string& path) {
  const std::lock_guard lock(mutex_);
  if (names_.count(Clean(path)) == 0) {
    return ErrnoError(path, "lock the directory", ENOENT);
  }
  if (!locks_.emplace(Clean(path), true).second) {
    return SystemError(path + ": another process is working in this directory");
  }
  return std::unique_ptr<DirectoryLock>(
      std::make_unique<MemoryLock>(&mutex_, &locks_, Clean(path)));
}

Result<std::uint64_t> MemoryFileSystem::FreeBytes(const std::string& /*path*/) {
  const std::lock_guard lock(mutex_);
  return capacity_bytes_ - used_bytes_;
}

void MemoryFileSystem::SetCapacity(std::uint64_t bytes) {
  const std::lock_guard lock(mutex_);
  capacity_bytes_ = std::max(bytes, used_bytes_);
}

void MemoryFileSystem::SyncEverything() {
  const std::lock_guard lock(mutex_);
  for (const auto& [path, inode] : names_) {
    inode->durable = inode->contents;
    inode->dirty.clear();
  }
  durable_names_ = names_;
  unsynced_.clear();
}

void MemoryFileSystem::LosePower(PowerLoss mode, std::uint64_t seed) {
  const std::lock_guard lock(mutex_);
  ++life_;
  locks_.clear();
  std::mt19937_64 random(seed);
  if (mode == PowerLoss::kTornBlocks && !unsynced_.empty()) {
    unsynced_.resize(random() % (unsynced_.size() + 1));
    for (const Change& change : unsynced_) {
      Apply(change, &durable_names_);
    }
  }
  unsynced_.clear();
  names_ = durable_names_;
  used_bytes_ = 0;
  // A name can outlive the directory that held it only if both were synced; drop orphans.
  std::erase_if(names_, [this](const auto& name) {
    return name.first != "/" && names_.count(ParentOf(name.first)) == 0;
  });
  durable_names_ = names_;
  for (const auto& [path, inode] : names_) {
    std::string survived = inode->durable;
    if (mode == PowerLoss::kTornBlocks && !inode->dirty.empty()) {
      const std::size_t low = std::min(survived.size(), inode->contents.size());
      const std::size_t high = std::max(survived.size(), inode->contents.size());
      survived.resize(low + static_cast<std::size_t>(random() % (high - low + 1)), '\0');
      for (const std::size_t block : inode->dirty) {
        const std::size_t begin = block * kBlockBytes;
        const std::size_t end =
            std::min({begin + kBlockBytes, survived.size(), inode->contents.size()});
        if (random() % 2 == 0 && begin < end) {
          std::copy(inode->contents.begin() + static_cast<std::ptrdiff_t>(begin),
                    inode->contents.begin() + static_cast<std::ptrdiff_t>(end),
                    survived.begin() + static_cast<std::ptrdiff_t>(begin));
        }
      }
    }
    inode->contents = survived;
    inode->durable = std::move(survived);
    inode->dirty.clear();
    used_bytes_ += inode->contents.size();
  }
}

std::map<std::string, std::string> MemoryFileSystem::Contents() const {
  const std::lock_guard lock(mutex_);
  std::map<std::string, std::string> contents;
  for (const auto& [path, inode] : names_) {
    if (!inode->is_directory) {
      contents[path] = inode->contents;
    }
  }
  return contents;
}

}  // namespace fuseo1::testing
