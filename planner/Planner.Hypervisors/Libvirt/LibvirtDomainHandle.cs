using System.Runtime.InteropServices;

namespace Planner.Hypervisors;

/// <summary>A domain of a connection.</summary>
internal sealed class LibvirtDomainHandle() : SafeHandle(0, ownsHandle: true)
{
    public override bool IsInvalid => handle == 0;

    protected override bool ReleaseHandle() => LibvirtNative.virDomainFree(handle) >= 0;
}
