namespace Planner.Simulation;

/// <summary>The kinds of sections in the image of a simulated device.</summary>
internal enum StateSectionKind : uint
{
    None,
    Initial,
    Dirty,
    Final,
    End,
}
