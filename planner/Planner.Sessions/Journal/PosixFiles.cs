using System.ComponentModel;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Planner.Sessions;

/// <summary>What a journal needs of files and .NET does not offer: why a path cannot be looked at, who owns it, locks that nothing in the
/// environment switches off, and the sync of a folder. All its system calls are here.</summary>
internal static partial class PosixFiles
{
    public const int NotFound = 2;

    private const int Interrupted = 4;
    private const int WouldBlock = 11;
    private const int ReadOnly = 0;
    private const int ReadWrite = 2;
    private const int CreateNew = 0x40 | 0x80;
    private const int CloseOnExec = 0x80000;
    private const uint OwnerOnly = 0x180; // 0600
    private const int SharedLock = 1;
    private const int ExclusiveLock = 2;
    private const int DoNotWait = 4;
    private const int CurrentDirectory = -100;
    private const int OfDescriptor = 0x1000;
    private const uint BasicStatus = 0x7ff;

    /// <summary>Opens a file or a folder to read it.</summary>
    /// <exception cref="Win32Exception">It cannot be opened; the native error says why.</exception>
    public static SafeFileHandle OpenToRead(string path) => Opened(open(path, ReadOnly | CloseOnExec, 0), path);

    /// <summary>Opens a file that is there.</summary>
    /// <exception cref="Win32Exception">It cannot be opened; the native error says why.</exception>
    public static SafeFileHandle Open(string path) => Opened(open(path, ReadWrite | CloseOnExec, 0), path);

    /// <summary>Makes a file for its owner only.</summary>
    /// <exception cref="Win32Exception">It cannot be made, or is there already.</exception>
    public static SafeFileHandle Create(string path) => Opened(open(path, ReadWrite | CreateNew | CloseOnExec, OwnerOnly), path);

    /// <summary>Takes a lock that ends with the process, however that ends; does not wait.</summary>
    /// <returns>Whether it was free.</returns>
    /// <exception cref="Win32Exception">The file system has no locks.</exception>
    public static bool TryLock(SafeFileHandle file, bool isShared = false)
    {
        while (flock(file, (isShared ? SharedLock : ExclusiveLock) | DoNotWait) != 0)
        {
            switch (Marshal.GetLastPInvokeError())
            {
                case WouldBlock:
                    return false;
                case Interrupted:
                    break;
                case var error:
                    throw new Win32Exception(error);
            }
        }

        return true;
    }

    /// <summary>Waits until a file's contents, or a folder's names, are on the disk.</summary>
    /// <exception cref="Win32Exception">The disk refuses.</exception>
    public static void Sync(SafeFileHandle file)
    {
        while (fsync(file) != 0)
        {
            if (Marshal.GetLastPInvokeError() is var error and not Interrupted)
            {
                throw new Win32Exception(error);
            }
        }
    }

    /// <summary>What a path leads to now.</summary>
    /// <returns>0, or the error.</returns>
    public static int TryGetStatus(string path, out FileStatus status) => Result(statx(CurrentDirectory, path, 0, BasicStatus, out status));

    /// <summary>What an open file is now.</summary>
    /// <exception cref="Win32Exception">It cannot be told.</exception>
    public static FileStatus GetStatus(SafeFileHandle file)
    {
        var isHeld = false;
        try
        {
            file.DangerousAddRef(ref isHeld);
            return Result(statx((int)file.DangerousGetHandle(), "", OfDescriptor, BasicStatus, out var status)) is var error and not 0 ? throw new Win32Exception(error) : status;
        }
        finally
        {
            if (isHeld)
            {
                file.DangerousRelease();
            }
        }
    }

    /// <summary>The user whose rights this process has.</summary>
    public static uint CurrentUser => geteuid();

    private static int Result(int result) => result == 0 ? 0 : Marshal.GetLastPInvokeError();

    private static SafeFileHandle Opened(int descriptor, string path) => descriptor >= 0
        ? new SafeFileHandle(descriptor, ownsHandle: true)
        : throw Failure(Marshal.GetLastPInvokeError(), path);

    private static Win32Exception Failure(int error, string path) => new(error, $"{Marshal.GetPInvokeErrorMessage(error)}: {path}");

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int open(string path, int flags, uint mode);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int flock(SafeFileHandle file, int operation);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int fsync(SafeFileHandle file);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int statx(int directory, string path, int flags, uint mask, out FileStatus status);

    [LibraryImport("libc")]
    private static partial uint geteuid();

    /// <summary>struct statx, which is the same on all processors.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 256)]
    internal struct FileStatus
    {
        /// <summary>How many names the file has; 0 once it was removed.</summary>
        [FieldOffset(16)]
        public uint Links;

        [FieldOffset(20)]
        public uint Owner;

        [FieldOffset(28)]
        public ushort Mode;

        [FieldOffset(32)]
        public ulong Inode;

        [FieldOffset(136)]
        public uint DeviceMajor;

        [FieldOffset(140)]
        public uint DeviceMinor;

        /// <summary>Whether it is the same file.</summary>
        public readonly bool Is(in FileStatus other) => (Inode, DeviceMajor, DeviceMinor) == (other.Inode, other.DeviceMajor, other.DeviceMinor);
    }
}
