from ftcore.ui import page

page.header("overview")
