using System.Buffers.Binary;
using System.ComponentModel;
using System.IO.MemoryMappedFiles;
using Microsoft.Win32.SafeHandles;
using Planner.Measurements;

namespace Planner.Sessions;

/// <summary>The journal of a migration as a file: whole and on the disk before it has its name, then entries through a memory mapping.</summary>
/// <remarks>
/// <para>The file is written in full before it is mapped, so that an entry never needs a new block. While the owner lives it holds
/// a lock on the file (flock), which ends with the process however it ends.</para>
/// <para>It is locked before it is renamed. So whoever finds a journal by its name finds it either locked, and its owner alive, or complete,
/// and its owner dead: there is no moment in which somebody could take it for left behind. Locking after the rename would leave one. What was killed before
/// the rename has another name, had touched nothing, and is nobody's journal.</para>
/// </remarks>
public sealed class MigrationJournal : IJournal
{
    /// <summary>What the name of a journal ends with that is still being written.</summary>
    internal const string UnfinishedSuffix = ".new";

    private const int FixedEntries = 512;
    private const int EntriesPerDevice = 256;
    private const int LockTries = 5;
    private static readonly TimeSpan LockPause = TimeSpan.FromMilliseconds(5);

    private readonly Lock _gate = new();
    private readonly string _folder;
    private readonly TargetGuard? _guard;
    private SafeFileHandle? _file;
    private string _path = "";
    private MemoryMappedFile? _mapping;
    private MemoryMappedViewAccessor? _view;
    private int _version = JournalFormat.Version;
    private int _entriesOffset;
    private int _capacity;
    private int _count;

    /// <summary>Names the directory; the file is made by <see cref="Begin"/>.</summary>
    /// <param name="stateDirectory">The state directory; what is missing of it is made for its owner only.</param>
    /// <param name="guard">Refuses what another migration has; null for nobody.</param>
    public MigrationJournal(string stateDirectory, TargetGuard? guard = null) => (_folder, _guard) = (JournalFolder.Of(stateDirectory), guard);

    private MigrationJournal(SafeFileHandle file, string path, JournalContents contents)
    {
        (_folder, _file, _path, _version) = (Path.GetDirectoryName(path)!, file, path, contents.Version);
        Map(contents.EntriesOffset, contents.Capacity, contents.Entries.Count);
    }

    /// <summary>The start of this host that the journal names; null where it is not known.</summary>
    internal string? Boot { get; init; } = HostBoot.Id;

    /// <summary>Is told each step of making the file once it is done; for tests.</summary>
    internal Action<JournalMaking>? Made { get; init; }

    /// <inheritdoc/>
    public void Begin(JournalHeader header)
    {
        var json = JournalFormat.WriteHeader(header with { Boot = Boot });
        var capacity = Math.Min(JournalFormat.MaximumEntries, FixedEntries + (EntriesPerDevice * header.Devices.Count));
        if (json.Length > JournalFormat.MaximumHeaderBytes)
        {
            throw new JournalException("The machine has too many devices for a journal: migrate fewer at once.");
        }

        try
        {
            JournalFolder.Create(_folder);
            using var folder = JournalFolder.Lock(_folder);
            if (_guard?.Find() is { } held)
            {
                throw new JournalException(held.Sentence);
            }

            Make(JournalFormat.Write(json, capacity), folder);
            Map(JournalFormat.EntriesOffset(json.Length), capacity, 0);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentOutOfRangeException or Win32Exception or JournalException)
        {
            Remove();
            // .NET's word for EFBIG, a file-size limit, is an argument out of range.
            var why = e is ArgumentOutOfRangeException ? "a file-size limit is in the way" : e.Message.TrimEnd('.');
            throw e is JournalException ? e : new JournalException($"The journal in {_folder} cannot be written ({why}); make room, or name a folder that can be written with --state.", e);
        }
    }

    /// <inheritdoc/>
    public void Append(in JournalEntry entry)
    {
        lock (_gate)
        {
            var kept = entry.Kind is JournalEntryKind.ArcBegun or JournalEntryKind.ArcEnded or JournalEntryKind.ResetBegun ? JournalFormat.LastEntries : 0;
            if (_view is null || _count >= _capacity - kept)
            {
                return;
            }

            Span<byte> bytes = stackalloc byte[JournalFormat.EntryBytes];
            JournalFormat.WriteEntry(bytes, _count + 1, entry);
            if (_version == OldJournalFormat.Version)
            {
                OldJournalFormat.Seal(bytes);
            }

            // The checksum goes last, as one: a process that ends in between has written nothing.
            var at = _entriesOffset + (_count * JournalFormat.EntryBytes);
            _view.SafeMemoryMappedViewHandle.WriteSpan<byte>((ulong)at, bytes[..JournalFormat.ChecksumOffset]);
            Thread.MemoryBarrier();
            _view.Write(at + JournalFormat.ChecksumOffset, BinaryPrimitives.ReadUInt64LittleEndian(bytes[JournalFormat.ChecksumOffset..]));
            _count++;
        }
    }

    /// <inheritdoc/>
    public void Sync()
    {
        lock (_gate)
        {
            try
            {
                if (_file is { } file)
                {
                    PosixFiles.Sync(file);
                }
            }
            catch (Win32Exception e)
            {
                throw new JournalException($"The journal {_path} cannot be kept on its disk ({e.Message.TrimEnd('.')}): look at the disk, or name another folder with --state.", e);
            }
        }
    }

    /// <inheritdoc/>
    public void Close()
    {
        lock (_gate)
        {
            try
            {
                // First the end is on the disk: a removed name may come back with a host that lost power, and would have its machine recovered again.
                Append(new JournalEntry(JournalEntryKind.Closed, TimeProvider.System.NowNanoseconds(), default, 0, default, default));
                Sync();
            }
            finally
            {
                Remove();
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_gate)
        {
            Release();
        }
    }

    /// <summary>Where the journals are.</summary>
    internal static string DirectoryOf(string stateDirectory) => JournalFolder.Of(stateDirectory);

    /// <summary>Takes over the journal of a process that died. Entries are appended to it.</summary>
    /// <returns>Null if there is nothing to take over: the owner lives, another recovery has it, or it is over.</returns>
    /// <exception cref="JournalException">It is damaged, of another build, or may not be opened.</exception>
    internal static (MigrationJournal Journal, JournalContents Contents)? TakeOver(string path)
    {
        if (TryOpen(path, PosixFiles.Open) is not { } file)
        {
            return null;
        }

        try
        {
            if (LockForGood(file, path) && JournalFormat.Read(ReadAll(file, path), path) is var contents)
            {
                if (!contents.IsClosed)
                {
                    return (new MigrationJournal(file, path, contents), contents);
                }

                File.Delete(path);
            }
        }
        catch
        {
            file.Dispose();
            throw;
        }

        file.Dispose();
        return null;
    }

    /// <summary>Looks into a journal and changes nothing.</summary>
    /// <returns>What it says, and whether its owner lives; null if it is gone or over.</returns>
    /// <exception cref="JournalException">It is damaged, of another build, or may not be opened.</exception>
    internal static (JournalContents Contents, bool IsOwned)? Look(string path)
    {
        using var file = TryOpen(path, PosixFiles.OpenToRead);
        return file is not null && JournalFormat.Read(ReadAll(file, path), path) is { IsClosed: false } contents
            ? (contents, !PosixFiles.TryLock(file, isShared: true))
            : null;
    }

    private static SafeFileHandle? TryOpen(string path, Func<string, SafeFileHandle> open)
    {
        try
        {
            return open(path);
        }
        catch (Win32Exception e) when (e.NativeErrorCode == PosixFiles.NotFound)
        {
            return null;
        }
        catch (Win32Exception e)
        {
            throw new JournalException($"The journal cannot be opened ({e.Message}): run this as the user who ran the migration, on a file system that can be written.", e);
        }
    }

    /// <summary>Locks a journal that still has its name.</summary>
    private static bool LockForGood(SafeFileHandle file, string path)
    {
        for (var tries = 0; !PosixFiles.TryLock(file); tries++)
        {
            if (tries == LockTries)
            {
                return false;
            }

            // Whoever looks whether it is locked has it for a moment.
            SystemThreads.Instance.Wait(LockPause, TimeProvider.System);
        }

        // Meanwhile its owner may have closed and removed it.
        return HasName(file, path);
    }

    private static bool HasName(SafeFileHandle file, string path) =>
        PosixFiles.GetStatus(file) is { Links: 1 } own && PosixFiles.TryGetStatus(path, out var named) == 0 && named.Is(own);

    private static byte[] ReadAll(SafeFileHandle file, string path)
    {
        var longest = JournalFormat.EntriesOffset(JournalFormat.MaximumHeaderBytes) + (JournalFormat.MaximumEntries * JournalFormat.EntryBytes);
        var length = RandomAccess.GetLength(file);
        if (length > longest)
        {
            throw JournalFormat.Damaged(path, "its length");
        }

        var bytes = new byte[length];
        for (var read = 0; read < bytes.Length;)
        {
            var more = RandomAccess.Read(file, bytes.AsSpan(read), read);
            read += more > 0 ? more : throw JournalFormat.Damaged(path, "its length");
        }

        return bytes;
    }

    /// <summary>Makes the file so that it is whole, on the disk and locked before it is found.</summary>
    private void Make(byte[] content, SafeFileHandle folder)
    {
        var name = Path.Combine(_folder, $"{TimeOrderedId.New():N}.journal");
        _path = name + UnfinishedSuffix;
        _file = PosixFiles.Create(_path);
        Made?.Invoke(JournalMaking.Created);
        var isLocked = PosixFiles.TryLock(_file);
        Made?.Invoke(JournalMaking.Locked);
        RandomAccess.Write(_file, content, 0);
        Made?.Invoke(JournalMaking.Written);
        PosixFiles.Sync(_file);
        Made?.Invoke(JournalMaking.Synced);
        File.Move(_path, name);
        _path = name;
        Made?.Invoke(JournalMaking.Renamed);
        PosixFiles.Sync(folder);
        Made?.Invoke(JournalMaking.FolderSynced);
        if (!isLocked || !HasName(_file, _path))
        {
            throw new JournalException($"Somebody else has removed or replaced the journal {_path}: look who, then try again.");
        }
    }

    private void Map(int entriesOffset, int capacity, int count)
    {
        _mapping = MemoryMappedFile.CreateFromFile(_file!, null, 0, MemoryMappedFileAccess.ReadWrite, HandleInheritability.None, leaveOpen: true);
        _view = _mapping.CreateViewAccessor();
        (_entriesOffset, _capacity, _count) = (entriesOffset, capacity, count);
    }

    private void Remove()
    {
        if (_file is not null)
        {
            try
            {
                File.Delete(_path);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // It says itself that it is over, or has not begun.
            }

            Release();
        }
    }

    private void Release()
    {
        _view?.Dispose();
        _mapping?.Dispose();
        _file?.Dispose();
        (_view, _mapping, _file) = (null, null, null);
    }
}
