using LiteKube.Verbs;

return await RootVerb.RunAsync(args);
