using System.Runtime.InteropServices;

namespace Planner.Hypervisors;

/// <summary>A named value: virTypedParameter of libvirt's C API.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct LibvirtParameter
{
    public fixed byte Field[80];

    /// <summary>The type: 1 int, 2 unsigned, 3 and 4 the same with 64 bits, 5 double, 6 boolean, 7 text.</summary>
    public int Type;

    /// <summary>The value, of which a smaller type has the first bytes.</summary>
    public ulong Value;
}
