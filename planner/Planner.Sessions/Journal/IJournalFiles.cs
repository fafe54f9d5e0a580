using System.ComponentModel;

namespace Planner.Sessions;

/// <summary>What journals need of the files of a host: names, locks that end with their process, and what is still there after a loss of power.</summary>
/// <remarks>What cannot be done throws <see cref="IOException"/>, <see cref="UnauthorizedAccessException"/> or <see cref="Win32Exception"/>.</remarks>
internal interface IJournalFiles
{
    /// <summary>The start of the host; null where it is not known.</summary>
    string? Boot { get; }

    /// <summary>A name that no other file has; later ones come after earlier ones.</summary>
    string NewName();

    /// <inheritdoc cref="JournalFolder.Create"/>
    void CreateFolder(string folder);

    /// <inheritdoc cref="JournalFolder.Lock"/>
    IHeldFolder LockFolder(string folder);

    /// <inheritdoc cref="JournalFolder.List"/>
    IReadOnlyList<string> List(string folder);

    /// <inheritdoc cref="JournalFolder.RemoveUnfinished"/>
    void RemoveUnfinished(string folder);

    /// <summary>Makes a file for its owner only, which must not be there yet.</summary>
    IJournalFile Create(string path);

    /// <summary>Opens a file; null if there is none.</summary>
    /// <param name="path">Its path.</param>
    /// <param name="toLook">Whether it is only looked at.</param>
    IJournalFile? Open(string path, bool toLook);

    /// <summary>Gives a file another name, as one step.</summary>
    void Rename(string from, string to);

    /// <summary>Removes a name.</summary>
    void Delete(string path);
}

/// <summary>A folder in which nobody else begins a journal until this is disposed.</summary>
internal interface IHeldFolder : IDisposable
{
    /// <summary>Waits until the names in it are on the disk.</summary>
    void Sync();
}

/// <summary>An open file.</summary>
internal interface IJournalFile : IDisposable
{
    /// <summary>Takes a lock that ends with the process, however that ends; does not wait.</summary>
    bool TryLock(bool isShared = false);

    /// <summary>Whether a path, and no other, leads to this file.</summary>
    bool HasName(string path);

    /// <summary>All that is in it.</summary>
    /// <param name="longest">The most that may be, in bytes.</param>
    /// <returns>Null if it is longer, or became shorter meanwhile.</returns>
    byte[]? Read(int longest);

    /// <summary>Writes it from its beginning.</summary>
    void Write(byte[] content);

    /// <summary>Waits until what was written is on the disk.</summary>
    void Sync();

    /// <summary>Prepares it for <see cref="Put"/>.</summary>
    void Map();

    /// <summary>Writes over a part of it: at once there for every process, and on the disk with the next <see cref="Sync"/>. Allocates nothing and waits for nothing.</summary>
    void Put(int at, ReadOnlySpan<byte> bytes);
}
