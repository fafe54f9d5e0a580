using Planner.Lab;

return await LabCommandLine.RunAsync(args, Console.Out, Console.Error);
