from django.db import migrations

ZH = """劳模学堂由您所在单位和工会开办，用来组织职工教育培训。这份告知说明我们记什么、为什么记、记多久，以及您能做什么。

我们记什么：姓名、工号、单位和岗位、用工形式、入职日期、工种和技能等级、荣誉；手机号和邮箱（手机号加密保存）；学习、带教、考核的记录；登录时间和网络地址。我们不记身份证号、银行账号、位置，也不用人脸登录。

为什么记：按单位依法制定的规章制度和集体合同做人力资源管理和职工培训（《个人信息保护法》第十三条第一款第二项），这部分不需要您另行同意；登录和操作日志是《网络安全法》的要求。

要您另外同意的：上墙和海报、照片、社群内容给其他单位看、学习记录提供给其他单位。每一项单独问您，您可以不同意，也可以随时撤回，不影响培训。

谁能看到：您本人；您的班组长、导师和本单位工会、人力资源经办人，各看工作需要的部分。谁看过手机号、导出过名单，都有记录，您可以在“我的数据”里查到。我们不卖数据，也不交给平台以外的公司。

记多久：培训台账到离职后五年；联系方式在离职当天清空；同意记录终身另加三年；到期删除。登录和操作日志谁也不能改、不能删，至少留一年。

您能做什么：在“我的数据”里查看、下载、要求更正或删除，十五天内答复，不同意会说明理由。有疑问请找：{contact}。

告知有变动时，会再请您看一遍。"""

EN = """Model Worker Academy is run by your enterprise and its trade union for the training of workers. This notice tells what we record, why, for how long, and what you can do.

What we record: name, employee number, unit and post, form of employment, date of hire, trade and skill rank, honors; phone and e-mail (the phone number is kept encrypted); records of learning, coaching and assessment; times and network addresses of sign-in. We record no identity card number, no bank account and no location, and nobody signs in by face.

Why: personnel management and training under the enterprise's lawful rules and the collective contract (Personal Information Protection Law, article 13.1.2), for which no consent of yours is needed; sign-in and audit records are a duty under the Cybersecurity Law.

What we ask you separately: walls and posters, photos, community posts read by other units, and giving your learning record to other organizations. Each is asked for itself; you may say no, or take a yes back at any time, and it does not affect your training.

Who sees it: you; your team leader, your mentor, and the union and personnel staff of your unit, each what the work needs. Who looked up a phone number or exported a list is on record, and you can read it under “My data”. We sell no data and hand none to other companies.

For how long: training records until five years after you leave; contact data are cleared on the day you leave; records of consent for life and three years; then they are deleted. Sign-in and audit records can be neither changed nor removed and are kept for a year at least.

What you can do: under “My data” you can read and download your data and ask to have them corrected or deleted. You get an answer within fifteen days, with reasons if it is a no. Questions: {contact}.

When this notice changes, we ask you to read it again."""


def publish(apps, _editor):
    PrivacyNotice = apps.get_model("people", "PrivacyNotice")
    PrivacyNotice.objects.get_or_create(version=1, defaults={"text_zh": ZH, "text_en": EN})


def withdraw(apps, _editor):
    apps.get_model("people", "PrivacyNotice").objects.filter(version=1).delete()


class Migration(migrations.Migration):
    dependencies = [("people", "0004_fill_pinyin")]

    operations = [migrations.RunPython(publish, withdraw)]
