namespace Planner.Engine;

/// <summary>A moment of pre-copy was judged.</summary>
/// <param name="Judgement">The judgement.</param>
public sealed record PassJudged(PassJudgement Judgement) : EngineEvent;
