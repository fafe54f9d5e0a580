using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Planner.Measurements;

namespace Planner.Hypervisors;

/// <summary>libvirt's library in this process, with the loop that hears events on a thread of its own.</summary>
internal static unsafe class LibvirtLibrary
{
    // What is called came with it: virDomainMigrateGetMaxDowntime 3.7, JOB_COMPLETED 1.3; older than what any supported system has.
    private static readonly Version Oldest = new(6, 0);
    private const int LoopMilliseconds = 500;

    private static readonly Lock Gate = new();
    private static bool _isReady;

    /// <summary>Opens the library and begins to hear events; once in a process.</summary>
    /// <param name="address">The address that is opened, for messages.</param>
    /// <exception cref="HypervisorException">There is no library, or it is too old.</exception>
    public static void Open(string address)
    {
        lock (Gate)
        {
            if (_isReady)
            {
                return;
            }

            try
            {
                Begin(address);
            }
            catch (Exception e) when (e is DllNotFoundException or EntryPointNotFoundException)
            {
                throw LibvirtFailures.Make(HypervisorFault.NotSupported, address,
                    e is DllNotFoundException
                        ? $"libvirt's library (libvirt.so.0 and libvirt-qemu.so.0) is not on this host; install the package {LibvirtNative.Package}"
                        : $"libvirt's library on this host is too old ({e.Message.TrimEnd('.')}); install {Oldest} or later", e);
            }

            _isReady = true;
        }
    }

    /// <summary>A version as libvirt counts it: 1,000,000 * major + 1,000 * minor + release.</summary>
    public static Version VersionOf(ulong number) => new((int)(number / 1_000_000), (int)(number / 1000 % 1000), (int)(number % 1000));

    private static void Begin(string address)
    {
        var result = LibvirtNative.virInitialize();
        LibvirtNative.virSetErrorFunc(0, &Quiet);
        LibvirtNative.virGetVersion(out var number, 0, 0);
        if (VersionOf(number.Value) is var version && version < Oldest)
        {
            throw LibvirtFailures.Make(HypervisorFault.NotSupported, address, $"libvirt's library on this host is {version}; install {Oldest} or later");
        }

        // Before any connection, or its events are not heard.
        if (result < 0 || LibvirtNative.virEventRegisterDefaultImpl() < 0 || LibvirtNative.virEventAddTimeout(LoopMilliseconds, &Tick, 0, 0) < 0)
        {
            throw LibvirtFailures.Make(HypervisorFault.NotSupported, address, "libvirt's library cannot be used in this process; look at what 'virsh version' says here");
        }

        new Thread(Loop) { IsBackground = true, Name = "libvirt events" }.Start();
    }

    private static void Loop()
    {
        while (LibvirtNative.virEventRunDefaultImpl() >= 0)
        {
            // Callbacks have been made.
        }
    }

    // libvirt would print every error on stderr; whoever made the call says it.
    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void Quiet(nint data, nint error)
    {
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void Tick(int timer, nint data)
    {
    }
}
