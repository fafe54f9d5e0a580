using System.IO.MemoryMappedFiles;
using Planner.Measurements;

namespace Planner.Sessions;

/// <summary>The journal of a migration as a file: a synced header, then entries through a memory mapping.</summary>
/// <remarks>
/// The file is written in full before it is mapped, so that an entry never needs a new block. While the owner lives it holds
/// a lock on the file (flock), which ends with the process however it ends. The directory itself is not synced: a host that
/// loses power loses the devices too.
/// </remarks>
public sealed class MigrationJournal : IJournal
{
    private const int FixedEntries = 512;
    private const int EntriesPerDevice = 256;

    /// <summary>Kept free for the handover, and for taking it back, when a journal is full.</summary>
    private const int LastEntries = 2;

    /// <summary>EWOULDBLOCK of flock, as .NET hands it on.</summary>
    private const int LockedByAnother = 11;

    private readonly Lock _gate = new();
    private readonly string _directory;
    private FileStream? _file;
    private MemoryMappedFile? _mapping;
    private MemoryMappedViewAccessor? _view;
    private int _entriesOffset;
    private int _capacity;
    private int _count;

    /// <summary>Names the directory; the file is made by <see cref="Begin"/>.</summary>
    /// <param name="stateDirectory">The state directory; what is missing of it is made for its owner only.</param>
    public MigrationJournal(string stateDirectory) => _directory = DirectoryOf(stateDirectory);

    private MigrationJournal(FileStream file, JournalContents contents)
    {
        _directory = Path.GetDirectoryName(file.Name)!;
        _file = file;
        Map(JournalFormat.EntriesOffset(contents.HeaderBytes), contents.Capacity, contents.Entries.Count);
    }

    /// <inheritdoc/>
    public void Begin(JournalHeader header)
    {
        var json = JournalFormat.WriteHeader(header);
        var capacity = Math.Min(JournalFormat.MaximumEntries, FixedEntries + (EntriesPerDevice * header.Devices.Count));
        if (json.Length > JournalFormat.MaximumHeaderBytes)
        {
            throw new JournalException("The machine has too many devices for a journal: migrate fewer at once.");
        }

        try
        {
            Directory.CreateDirectory(_directory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            _file = new FileStream(Path.Combine(_directory, $"{TimeOrderedId.New():N}.journal"), new FileStreamOptions
            {
                Mode = FileMode.CreateNew,
                Access = FileAccess.ReadWrite,
                Share = FileShare.None,
                BufferSize = 0,
                UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
            });
            Write(json, capacity);
            Map(JournalFormat.EntriesOffset(json.Length), capacity, 0);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentOutOfRangeException)
        {
            Remove();
            // .NET's word for EFBIG, a file-size limit, is an argument out of range.
            var why = e is ArgumentOutOfRangeException ? "a file-size limit is in the way" : e.Message.TrimEnd('.');
            throw new JournalException($"The journal in {_directory} cannot be written ({why}); make room, or set XDG_STATE_HOME to a directory that can be written.", e);
        }
    }

    /// <inheritdoc/>
    public void Append(in JournalEntry entry)
    {
        lock (_gate)
        {
            if (_view is null || _count >= _capacity - (entry.Kind is JournalEntryKind.Handover or JournalEntryKind.TakeBack ? 0 : LastEntries))
            {
                return;
            }

            Span<byte> bytes = stackalloc byte[JournalFormat.EntryBytes];
            JournalFormat.WriteEntry(bytes, _count + 1, entry);
            _view.SafeMemoryMappedViewHandle.WriteSpan<byte>((ulong)(_entriesOffset + (_count * JournalFormat.EntryBytes)), bytes);
            _count++;
        }
    }

    /// <inheritdoc/>
    public void Close()
    {
        lock (_gate)
        {
            if (_view is not null)
            {
                // Somebody may be waiting for the lock with the file open already: the mark tells them.
                Span<byte> preamble = stackalloc byte[JournalFormat.PreambleBytes];
                _view.SafeMemoryMappedViewHandle.ReadSpan(0, preamble);
                JournalFormat.MarkClosed(preamble);
                _view.SafeMemoryMappedViewHandle.WriteSpan<byte>(0, preamble);
            }

            Remove();
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
    internal static string DirectoryOf(string stateDirectory) => Path.Combine(stateDirectory, "journals");

    /// <summary>Takes over the journal of a process that died. Entries are appended to it.</summary>
    /// <returns>Null if there is nothing to take over: the owner lives, another recovery has it, or it is over.</returns>
    /// <exception cref="JournalException">It is damaged, or may not be opened.</exception>
    internal static (MigrationJournal Journal, JournalContents Contents)? TakeOver(string path)
    {
        FileStream file;
        try
        {
            file = new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.None, bufferSize: 0);
        }
        catch (FileNotFoundException)
        {
            return null;
        }
        catch (UnauthorizedAccessException e)
        {
            throw new JournalException($"The journal {path} may not be opened: run this as the user who ran the migration.", e);
        }
        catch (IOException e) when (e.HResult == LockedByAnother)
        {
            return null;
        }
        catch (IOException e)
        {
            throw new JournalException($"The journal {path} cannot be opened ({e.Message.TrimEnd('.')}): make its file system writable, then try again.", e);
        }

        try
        {
            var contents = JournalFormat.Read(ReadAll(file, path), path);
            if (contents is not null && !contents.IsClosed)
            {
                return (new MigrationJournal(file, contents), contents);
            }

            File.Delete(path);
        }
        catch
        {
            file.Dispose();
            throw;
        }

        file.Dispose();
        return null;
    }

    private static byte[] ReadAll(FileStream file, string path)
    {
        var longest = JournalFormat.EntriesOffset(JournalFormat.MaximumHeaderBytes) + (JournalFormat.MaximumEntries * JournalFormat.EntryBytes);
        if (file.Length > longest)
        {
            throw new JournalException($"The journal {path} is damaged: look at the machine's devices by hand, then delete the file.");
        }

        var bytes = new byte[file.Length];
        file.ReadExactly(bytes);
        return bytes;
    }

    /// <summary>The preamble goes last: with it the journal counts, and then everything else is on the disk.</summary>
    private void Write(byte[] json, int capacity)
    {
        var content = new byte[JournalFormat.EntriesOffset(json.Length) + (capacity * JournalFormat.EntryBytes)];
        json.CopyTo(content, JournalFormat.PreambleBytes);
        _file!.Write(content);
        _file.Flush(flushToDisk: true);
        JournalFormat.WritePreamble(content.AsSpan(0, JournalFormat.PreambleBytes), json, capacity);
        _file.Position = 0;
        _file.Write(content, 0, JournalFormat.PreambleBytes);
        _file.Flush(flushToDisk: true);
    }

    private void Map(int entriesOffset, int capacity, int count)
    {
        _mapping = MemoryMappedFile.CreateFromFile(_file!, null, 0, MemoryMappedFileAccess.ReadWrite, HandleInheritability.None, leaveOpen: true);
        _view = _mapping.CreateViewAccessor();
        _entriesOffset = entriesOffset;
        _capacity = Math.Min(capacity, (int)((_file!.Length - entriesOffset) / JournalFormat.EntryBytes));
        _count = count;
    }

    private void Remove()
    {
        if (_file is { } file)
        {
            try
            {
                File.Delete(file.Name);
            }
            catch (IOException)
            {
                // It is marked as closed, and the next recovery removes it.
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
