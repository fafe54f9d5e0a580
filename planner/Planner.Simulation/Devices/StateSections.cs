using Planner.Measurements;

namespace Planner.Simulation;

/// <summary>The header of a section in the image of a simulated device.</summary>
/// <param name="Kind">What the section holds.</param>
/// <param name="Sequence">Its place in the stream, from 0.</param>
/// <param name="PayloadBytes">The bytes that follow the header.</param>
/// <param name="Content">The random number that the stream's content is made of; the same in all sections.</param>
/// <param name="Value">The guest's value in the final section, the checksum in the end, otherwise 0.</param>
internal readonly record struct StateSection(StateSectionKind Kind, long Sequence, long PayloadBytes, ulong Content, ulong Value);

/// <summary>The kinds of sections in the image of a simulated device.</summary>
internal enum StateSectionKind : uint
{
    None,
    Initial,
    Dirty,
    Final,
    End,
}

/// <summary>What one read from or write to a migration stream does.</summary>
/// <param name="Count">The bytes moved.</param>
/// <param name="Errno">EINVAL if the state allows no such call, otherwise none.</param>
/// <param name="EndNanoseconds">When the call ends.</param>
internal readonly record struct StreamStep(int Count, Errno Errno, long EndNanoseconds);
