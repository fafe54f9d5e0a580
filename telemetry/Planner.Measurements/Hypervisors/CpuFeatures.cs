using System.Globalization;
using System.Numerics;

namespace Planner.Measurements;

/// <summary>One word of the features that a machine's CPUs have, bit by bit.</summary>
/// <param name="Name">Where the CPU tells it, such as <c>CPUID 7.0 EBX</c>.</param>
/// <param name="Bits">The features.</param>
public sealed record CpuFeatures(string Name, uint Bits)
{
    /// <summary>What a guest that knows some features would miss on other CPUs, such as <c>CPUID 7.0 EBX bit 5</c>; empty if nothing.</summary>
    /// <param name="known">The features that the guest has found.</param>
    /// <param name="there">Those of the other CPUs.</param>
    public static IReadOnlyList<string> Missing(IReadOnlyList<CpuFeatures> known, IReadOnlyList<CpuFeatures> there) =>
    [
        .. from word in known
           let bits = word.Bits & ~(there.FirstOrDefault(w => w.Name == word.Name)?.Bits ?? 0)
           where bits != 0
           select $"{word.Name} bit{(BitOperations.PopCount(bits) > 1 ? "s" : "")} {string.Join(", ", Enumerable.Range(0, 32).Where(i => (bits >> i & 1) != 0).Select(i => i.ToString(CultureInfo.InvariantCulture)))}",
    ];
}
