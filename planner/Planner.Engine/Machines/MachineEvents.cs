using Planner.Measurements;

namespace Planner.Engine;

/// <summary>A hypervisor did what it was told, or did not.</summary>
/// <param name="Side">The side.</param>
/// <param name="Order">What it was told.</param>
/// <param name="Trouble">Why it failed; null if it did not.</param>
/// <param name="Fault">The kind of trouble; without meaning if there is none.</param>
/// <param name="Report">The answer to <see cref="HypervisorOrder.Report"/>.</param>
public sealed record HypervisorAnswered(
    MigrationSide Side, HypervisorOrder Order, string? Trouble = null, HypervisorFault Fault = default, HypervisorReport? Report = null) : EngineEvent;

/// <summary>A hypervisor tells something of itself.</summary>
/// <param name="Side">The side.</param>
/// <param name="What">What it tells.</param>
public sealed record HypervisorTold(MigrationSide Side, HypervisorEvent What) : EngineEvent;

/// <summary>A moment of pre-copy was judged.</summary>
/// <param name="Judgement">The judgement.</param>
public sealed record PassJudged(PassJudgement Judgement) : EngineEvent;
