namespace Planner.Service;

/// <summary>An arc that has become slower.</summary>
/// <param name="Class">The device class.</param>
/// <param name="From">The state that the arc leaves.</param>
/// <param name="To">The state that it leads to.</param>
/// <param name="RaisedAt">When chance no longer explained it.</param>
/// <param name="Since">When it began, as far as that can be told.</param>
/// <param name="BeforeP50Seconds">The median before.</param>
/// <param name="NowP50Seconds">The median since.</param>
internal sealed record ArcAlarm(string Class, string From, string To, DateTimeOffset RaisedAt, DateTimeOffset Since, double BeforeP50Seconds, double NowP50Seconds);
