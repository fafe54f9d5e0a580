using System.ComponentModel;
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
    private readonly IJournalFiles _files;
    private IJournalFile? _file;
    private string _path = "";
    private int _version = JournalFormat.Version;
    private int _entriesOffset;
    private int _capacity;
    private int _count;

    /// <summary>Names the directory; the file is made by <see cref="Begin"/>.</summary>
    /// <param name="stateDirectory">The state directory; what is missing of it is made for its owner only.</param>
    /// <param name="guard">Refuses what another migration has; null for nobody.</param>
    public MigrationJournal(string stateDirectory, TargetGuard? guard = null)
        : this(stateDirectory, guard, PosixJournalFiles.Instance)
    {
    }

    internal MigrationJournal(string stateDirectory, TargetGuard? guard, IJournalFiles files) =>
        (_folder, _guard, _files, Boot) = (JournalFolder.Of(stateDirectory), guard, files, files.Boot);

    private MigrationJournal(IJournalFiles files, IJournalFile file, string path, JournalContents contents)
    {
        (_files, _folder, _file, _path, _version) = (files, Path.GetDirectoryName(path)!, file, path, contents.Version);
        Map(contents.EntriesOffset, contents.Capacity, contents.Entries.Count);
    }

    /// <summary>The start of this host that the journal names; null where it is not known.</summary>
    internal string? Boot { get; init; }

    /// <summary>The clock of the entry that closes it.</summary>
    internal TimeProvider Clock { get; init; } = TimeProvider.System;

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
            _files.CreateFolder(_folder);
            using var folder = _files.LockFolder(_folder);
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
            if (_file is null || _count >= _capacity - kept)
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
            _file.Put(at, bytes[..JournalFormat.ChecksumOffset]);
            Thread.MemoryBarrier();
            _file.Put(at + JournalFormat.ChecksumOffset, bytes[JournalFormat.ChecksumOffset..]);
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
                _file?.Sync();
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
                Append(new JournalEntry(JournalEntryKind.Closed, Clock.NowNanoseconds(), default, 0, default, default));
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
    internal static (MigrationJournal Journal, JournalContents Contents)? TakeOver(string path, IJournalFiles? onFiles = null)
    {
        var files = onFiles ?? PosixJournalFiles.Instance;
        if (TryOpen(files, path, toLook: false) is not { } file)
        {
            return null;
        }

        try
        {
            if (LockForGood(file, path) && ReadAll(files, file, path) is var contents)
            {
                if (!contents.IsClosed)
                {
                    return (new MigrationJournal(files, file, path, contents), contents);
                }

                files.Delete(path);
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
    internal static (JournalContents Contents, bool IsOwned)? Look(string path, IJournalFiles? onFiles = null)
    {
        var files = onFiles ?? PosixJournalFiles.Instance;
        using var file = TryOpen(files, path, toLook: true);
        return file is not null && ReadAll(files, file, path) is { IsClosed: false } contents
            ? (contents, !file.TryLock(isShared: true))
            : null;
    }

    private static IJournalFile? TryOpen(IJournalFiles files, string path, bool toLook)
    {
        try
        {
            return files.Open(path, toLook);
        }
        catch (Win32Exception e)
        {
            throw new JournalException($"The journal cannot be opened ({e.Message}): run this as the user who ran the migration, on a file system that can be written.", e);
        }
    }

    /// <summary>Locks a journal that still has its name.</summary>
    private static bool LockForGood(IJournalFile file, string path)
    {
        for (var tries = 0; !file.TryLock(); tries++)
        {
            if (tries == LockTries)
            {
                return false;
            }

            // Whoever looks whether it is locked has it for a moment.
            SystemThreads.Instance.Wait(LockPause, TimeProvider.System);
        }

        // Meanwhile its owner may have closed and removed it.
        return file.HasName(path);
    }

    private static JournalContents ReadAll(IJournalFiles files, IJournalFile file, string path)
    {
        const int Longest = JournalFormat.MaximumEntries * JournalFormat.EntryBytes;
        var bytes = file.Read(JournalFormat.EntriesOffset(JournalFormat.MaximumHeaderBytes) + Longest) ?? throw JournalFormat.Damaged(path, "its length");
        return JournalFormat.Read(bytes, path) with { HostBoot = files.Boot };
    }

    /// <summary>Makes the file so that it is whole, on the disk and locked before it is found.</summary>
    private void Make(byte[] content, IHeldFolder folder)
    {
        var name = Path.Combine(_folder, $"{_files.NewName()}.journal");
        _path = name + UnfinishedSuffix;
        _file = _files.Create(_path);
        Made?.Invoke(JournalMaking.Created);
        var isLocked = _file.TryLock();
        Made?.Invoke(JournalMaking.Locked);
        _file.Write(content);
        Made?.Invoke(JournalMaking.Written);
        _file.Sync();
        Made?.Invoke(JournalMaking.Synced);
        _files.Rename(_path, name);
        _path = name;
        Made?.Invoke(JournalMaking.Renamed);
        folder.Sync();
        Made?.Invoke(JournalMaking.FolderSynced);
        if (!isLocked || !_file.HasName(_path))
        {
            throw new JournalException($"Somebody else has removed or replaced the journal {_path}: look who, then try again.");
        }
    }

    private void Map(int entriesOffset, int capacity, int count)
    {
        _file!.Map();
        (_entriesOffset, _capacity, _count) = (entriesOffset, capacity, count);
    }

    private void Remove()
    {
        if (_file is not null)
        {
            try
            {
                _files.Delete(_path);
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
        _file?.Dispose();
        _file = null;
    }
}
