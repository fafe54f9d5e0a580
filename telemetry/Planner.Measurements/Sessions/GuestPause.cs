namespace Planner.Measurements;

/// <summary>How long a guest did not run, as exactly as that is known.</summary>
/// <param name="Length">The length; at least 0.</param>
/// <param name="AtLeast">The shortest that it may have been; at most the length.</param>
/// <param name="AtMost">The longest that it may have been, which is what counts against a promise; at least the length.</param>
/// <param name="Basis">What it was counted from, in words.</param>
public sealed record GuestPause(TimeSpan Length, TimeSpan AtLeast, TimeSpan AtMost, string Basis)
{
    /// <summary>How much shorter or longer it may have been.</summary>
    public TimeSpan Uncertainty => AtMost - Length > Length - AtLeast ? AtMost - Length : Length - AtLeast;

    /// <summary>A length that is known to a time on either side.</summary>
    public static GuestPause Within(TimeSpan length, TimeSpan shorter, TimeSpan longer, string basis) =>
        new(length, length > shorter ? length - shorter : TimeSpan.Zero, length + longer, basis);

    /// <summary>A length that is known exactly.</summary>
    public static GuestPause Exactly(TimeSpan length, string basis) => new(length, length, length, basis);

    /// <summary>Two pauses, or two parts of one, together; either may be missing.</summary>
    public static GuestPause? operator +(GuestPause? one, GuestPause? other) => (one, other) switch
    {
        (null, _) => other,
        (_, null) => one,
        _ => new GuestPause(
            one.Length + other.Length, one.AtLeast + other.AtLeast, one.AtMost + other.AtMost, one.Basis == other.Basis ? one.Basis : $"{one.Basis}; {other.Basis}"),
    };
}
