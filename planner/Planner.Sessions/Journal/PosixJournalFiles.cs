using System.ComponentModel;
using System.IO.MemoryMappedFiles;
using Microsoft.Win32.SafeHandles;

namespace Planner.Sessions;

/// <summary>The files of this host.</summary>
internal sealed class PosixJournalFiles : IJournalFiles
{
    public static readonly PosixJournalFiles Instance = new();

    public string? Boot => HostBoot.Id;

    public string NewName() => TimeOrderedId.New().ToString("N");

    public void CreateFolder(string folder) => JournalFolder.Create(folder);

    public IHeldFolder LockFolder(string folder) => new HeldFolder(JournalFolder.Lock(folder));

    public IReadOnlyList<string> List(string folder) => JournalFolder.List(folder);

    public void RemoveUnfinished(string folder) => JournalFolder.RemoveUnfinished(folder);

    public IJournalFile Create(string path) => new OpenFile(PosixFiles.Create(path));

    public IJournalFile? Open(string path, bool toLook)
    {
        try
        {
            return new OpenFile(toLook ? PosixFiles.OpenToRead(path) : PosixFiles.Open(path));
        }
        catch (Win32Exception e) when (e.NativeErrorCode == PosixFiles.NotFound)
        {
            return null;
        }
    }

    public void Rename(string from, string to) => File.Move(from, to);

    public void Delete(string path) => File.Delete(path);

    private sealed class HeldFolder(SafeFileHandle folder) : IHeldFolder
    {
        public void Sync() => PosixFiles.Sync(folder);

        public void Dispose() => folder.Dispose();
    }

    private sealed class OpenFile(SafeFileHandle file) : IJournalFile
    {
        private MemoryMappedFile? _mapping;
        private MemoryMappedViewAccessor? _view;

        public bool TryLock(bool isShared = false) => PosixFiles.TryLock(file, isShared);

        public bool HasName(string path) => PosixFiles.GetStatus(file) is { Links: 1 } own && PosixFiles.TryGetStatus(path, out var named) == 0 && named.Is(own);

        public byte[]? Read(int longest)
        {
            var length = RandomAccess.GetLength(file);
            if (length > longest)
            {
                return null;
            }

            var bytes = new byte[length];
            for (var read = 0; read < bytes.Length;)
            {
                var more = RandomAccess.Read(file, bytes.AsSpan(read), read);
                if (more == 0)
                {
                    return null;
                }

                read += more;
            }

            return bytes;
        }

        public void Write(byte[] content) => RandomAccess.Write(file, content, 0);

        public void Sync() => PosixFiles.Sync(file);

        public void Map()
        {
            _mapping = MemoryMappedFile.CreateFromFile(file, null, 0, MemoryMappedFileAccess.ReadWrite, HandleInheritability.None, leaveOpen: true);
            _view = _mapping.CreateViewAccessor();
        }

        public void Put(int at, ReadOnlySpan<byte> bytes) => _view!.SafeMemoryMappedViewHandle.WriteSpan((ulong)at, bytes);

        public void Dispose()
        {
            _view?.Dispose();
            _mapping?.Dispose();
            file.Dispose();
        }
    }
}
