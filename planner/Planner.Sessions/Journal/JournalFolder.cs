using System.ComponentModel;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using Planner.Measurements;

namespace Planner.Sessions;

/// <summary>The folder of the journals in a state directory.</summary>
internal static class JournalFolder
{
    public const string Pattern = "*.journal";

    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    private const int WritableByOthers = 0x12; // 0022
    private const uint Root = 0;
    private static readonly TimeSpan LockPatience = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan LockPause = TimeSpan.FromMilliseconds(2);

    /// <summary>Where the journals of a state directory are.</summary>
    public static string Of(string stateDirectory) => Path.Combine(Path.GetFullPath(stateDirectory), "journals");

    /// <summary>The journals in a folder, the oldest first; none only where there is no such folder.</summary>
    /// <exception cref="JournalException">It cannot be looked into, or is not to be trusted.</exception>
    public static IReadOnlyList<string> List(string folder)
    {
        if (PosixFiles.TryGetStatus(folder, out _) is var error and not 0)
        {
            // Nothing but "no such file" means that there is nothing: what may not be searched may hold a machine that stands.
            return error == PosixFiles.NotFound ? [] : throw Unreadable(folder, Marshal.GetPInvokeErrorMessage(error), null);
        }

        CheckOwner(folder);
        try
        {
            return [.. Directory.GetFiles(folder, Pattern).Order(StringComparer.Ordinal)];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Unreadable(folder, e.Message.TrimEnd('.'), e);
        }
    }

    /// <summary>Makes the folder where it is missing, for its owner only.</summary>
    /// <exception cref="JournalException">It belongs to somebody else, or others may write to it.</exception>
    public static void Create(string folder)
    {
        // The mode is that of the last folder alone.
        Directory.CreateDirectory(Path.GetDirectoryName(folder)!, OwnerOnly);
        Directory.CreateDirectory(folder, OwnerOnly);
        CheckOwner(folder);
    }

    /// <summary>Keeps every other planner from beginning a journal there, until what it returns is disposed.</summary>
    /// <exception cref="Win32Exception">It cannot be locked.</exception>
    /// <exception cref="JournalException">Another planner keeps it for very long.</exception>
    public static SafeFileHandle Lock(string folder)
    {
        for (var since = TimeProvider.System.GetTimestamp(); TimeProvider.System.GetElapsedTime(since) < LockPatience; SystemThreads.Instance.Wait(LockPause, TimeProvider.System))
        {
            if (TryLock(folder) is { } held)
            {
                return held;
            }
        }

        throw new JournalException($"Another planner has been at {folder} for {Quantity.Format(LockPatience)}: look for one that was stopped, and continue or end it.");
    }

    /// <summary>Removes what planners left that were killed before they had touched anything.</summary>
    public static void RemoveUnfinished(string folder)
    {
        if (!Directory.Exists(folder))
        {
            return;
        }

        try
        {
            // Whoever writes one has the folder.
            using var held = TryLock(folder);
            foreach (var path in held is null ? [] : Directory.GetFiles(folder, $"*{MigrationJournal.UnfinishedSuffix}"))
            {
                File.Delete(path);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or Win32Exception)
        {
            // It is in nobody's way.
        }
    }

    private static SafeFileHandle? TryLock(string folder)
    {
        var handle = PosixFiles.OpenToRead(folder);
        try
        {
            if (PosixFiles.TryLock(handle))
            {
                return handle;
            }
        }
        catch
        {
            handle.Dispose();
            throw;
        }

        handle.Dispose();
        return null;
    }

    /// <summary>Whoever may write here could have any device stopped, or a journal forgotten.</summary>
    private static void CheckOwner(string folder)
    {
        foreach (var path in (ReadOnlySpan<string>)[Path.GetDirectoryName(folder)!, folder])
        {
            if (PosixFiles.TryGetStatus(path, out var status) is var error and not 0)
            {
                throw Unreadable(path, Marshal.GetPInvokeErrorMessage(error), null);
            }

            if (status.Owner != Root && status.Owner != PosixFiles.CurrentUser)
            {
                throw new JournalException($"The folder {path} belongs to another user (uid {status.Owner}): run this as that user, or name another folder with --state.");
            }

            if ((status.Mode & WritableByOthers) != 0)
            {
                throw new JournalException($"Others may write to the folder {path}, so its journals are not trusted: look who did, then take their right away (chmod go-w {path}), or name another folder with --state.");
            }
        }
    }

    private static JournalException Unreadable(string folder, string why, Exception? cause) =>
        new($"The journals in {folder} cannot be looked into ({why}), so it is not known whether a migration was interrupted: run this as the user who ran the migration.", cause);
}
