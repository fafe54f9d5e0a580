namespace Planner.Devices;

/// <summary>The flags word of a <see cref="VfioUserHeader"/>.</summary>
[Flags]
public enum VfioUserFlags : uint
{
    /// <summary>Type 0: a command.</summary>
    Command = 0,

    /// <summary>Type 1: a reply.</summary>
    Reply = 1,

    /// <summary>The bits that hold the type. Types above 1 are not defined.</summary>
    TypeMask = 0xf,

    /// <summary>On a command: the sender wants no reply, neither for success nor for an error.</summary>
    NoReply = 0x10,

    /// <summary>On a reply: the command failed.</summary>
    Error = 0x20,
}
