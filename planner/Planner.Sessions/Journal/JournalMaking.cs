namespace Planner.Sessions;

/// <summary>The steps of making a journal's file, in their order.</summary>
internal enum JournalMaking
{
    /// <summary>It is there under another name, empty.</summary>
    Created,

    /// <summary>Nobody else may have it.</summary>
    Locked,

    /// <summary>All of it is written.</summary>
    Written,

    /// <summary>All of it is on the disk.</summary>
    Synced,

    /// <summary>It has its name.</summary>
    Renamed,

    /// <summary>The name is on the disk.</summary>
    FolderSynced,
}
