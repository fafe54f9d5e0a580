using System.Runtime.InteropServices;

namespace Planner.Hypervisors;

/// <summary>A connection to a daemon.</summary>
internal sealed class LibvirtConnectHandle() : SafeHandle(0, ownsHandle: true)
{
    public override bool IsInvalid => handle == 0;

    protected override bool ReleaseHandle() => LibvirtNative.virConnectClose(handle) >= 0;
}
